namespace Thermocline.Store.Cold.Manifests;

/// <summary>Counters of a collector.</summary>
/// <param name="Runs">Looks at the bucket that were finished.</param>
/// <param name="Seen">Objects the last look saw.</param>
/// <param name="Suspects">Unreferenced objects the last look left, because they are not old enough.</param>
/// <param name="Deleted">Objects deleted so far.</param>
/// <param name="DeletedBytes">Their bytes.</param>
/// <param name="Discarded">Unfinished uploads discarded so far.</param>
/// <param name="LastRunAt">When the last look ended.</param>
internal sealed record GarbageStatus(
    long Runs = 0,
    long Seen = 0,
    long Suspects = 0,
    long Deleted = 0,
    long DeletedBytes = 0,
    long Discarded = 0,
    DateTimeOffset? LastRunAt = null);
