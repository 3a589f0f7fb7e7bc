namespace Thermocline.Memory.Caches;

/// <summary>Limits of one cache.</summary>
/// <param name="Name">Its name in metrics and status.</param>
/// <param name="EntriesMax">Entries it may hold.</param>
/// <param name="BytesMax">Bytes it may hold, as its owner counts them.</param>
/// <param name="TimeToLive">How long an entry is given out after it was added.</param>
public sealed record CacheOptions(string Name, int EntriesMax, long BytesMax, TimeSpan TimeToLive);
