namespace Thermocline.Store.Log;

/// <summary>Work that ends a segment: it may be repeated, and is put off while the disk is full.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Run">Does it.</param>
internal sealed record SealingJob(Segment Segment, Action Run);
