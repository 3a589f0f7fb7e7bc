namespace Thermocline.Operator.Observe;

/// <summary>A step that the cluster refused for a pod.</summary>
/// <param name="PodUid">The pod.</param>
/// <param name="Reason">What it said.</param>
/// <param name="AgainAt">When it may be asked again.</param>
internal sealed record StepRefusal(string PodUid, string Reason, DateTimeOffset AgainAt);
