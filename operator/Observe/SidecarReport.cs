using Thermocline.Contract.Status;

namespace Thermocline.Operator.Observe;

/// <summary>What a sidecar said of itself, or why it said nothing.</summary>
/// <param name="PodUid">The pod it is in.</param>
/// <param name="Status">What it said; null when it was not reached.</param>
/// <param name="Failure">Why it was not reached.</param>
internal sealed record SidecarReport(string PodUid, SidecarStatus? Status, string? Failure);
