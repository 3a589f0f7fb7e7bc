namespace Thermocline.Operator.Cluster.Requests;

/// <summary>What became of an eviction.</summary>
/// <param name="Outcome">Whether the pod goes.</param>
/// <param name="Reason">What a refusing budget says.</param>
/// <param name="RetryAfter">When a refusing budget wants to be asked again.</param>
internal sealed record EvictionAnswer(EvictionOutcome Outcome, string? Reason = null, TimeSpan? RetryAfter = null);
