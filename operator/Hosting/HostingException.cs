namespace Thermocline.Operator.Hosting;

/// <summary>The operator cannot run, or cannot go on; the message says why.</summary>
internal sealed class HostingException(string message, Exception? inner = null) : Exception(message, inner);
