namespace Thermocline.Sidecar.Hosting;

/// <summary>The sidecar cannot start, for a reason that its message tells the person who started it.</summary>
internal sealed class HostingException(string message, Exception? inner = null) : Exception(message, inner);
