namespace Thermocline.Contract.Status;

/// <summary>One cache. Counters count since the sidecar started.</summary>
/// <param name="Entries">Entries held.</param>
/// <param name="Bytes">Bytes held.</param>
/// <param name="Limit">Bytes it may hold by itself.</param>
/// <param name="Hits">Questions it answered.</param>
/// <param name="Misses">Questions it could not answer.</param>
/// <param name="Evictions">Entries that left for want of room.</param>
/// <param name="Outdated">Entries that left because they were too old, or no longer true.</param>
public sealed record CacheReport(int Entries, long Bytes, long Limit, long Hits, long Misses, long Evictions, long Outdated);
