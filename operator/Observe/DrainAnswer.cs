namespace Thermocline.Operator.Observe;

/// <summary>What a sidecar said when it was told to send everything to the cold store.</summary>
/// <param name="PodUid">The pod it is in.</param>
/// <param name="IsDone">Whether everything is there.</param>
/// <param name="Failure">Why nothing was heard, or what failed.</param>
internal sealed record DrainAnswer(string PodUid, bool IsDone, string? Failure);
