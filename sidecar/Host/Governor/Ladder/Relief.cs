namespace Thermocline.Sidecar.Governor.Ladder;

/// <summary>What one run of a step came to.</summary>
/// <param name="ClaimedBytes">What the step says it gave back; what it really did is measured beside it.</param>
/// <param name="Note">What it did, in a few words, for the event; null for nothing worth saying.</param>
internal readonly record struct Relief(long ClaimedBytes, string? Note);
