namespace Thermocline.Testing.Wire;

/// <summary>A request as a script sees it.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Target">Its path and query.</param>
public sealed record WireRequest(string Method, string Target);
