namespace Thermocline.Operator.Cluster.Faults;

/// <summary>One of the mistakes the server named.</summary>
internal sealed record FaultCause(string? Field, string? Message, string? Reason);
