using Thermocline.Memory.Ids;

namespace Thermocline.Sidecar.Events;

/// <summary>
/// How often memories were read since it was told last. Bounded: of so many memories, those that come later are counted as untold.
/// </summary>
internal sealed class AccessCounts(TimeProvider time)
{
    /// <summary>Memories between two tellings.</summary>
    public const int MemoriesMax = 10_000;

    private readonly Lock _gate = new();
    private Dictionary<MemoryId, Access> _counts = [];
    private long _untold;

    /// <summary>One memory's reads.</summary>
    /// <param name="ContextId">Its session; empty for none.</param>
    /// <param name="Count">Reads since it was told last.</param>
    /// <param name="LastAt">The last of them.</param>
    public readonly record struct Access(string ContextId, long Count, DateTimeOffset LastAt);

    /// <summary>Reads that were not told, for want of room.</summary>
    public long Untold => Volatile.Read(ref _untold);

    /// <summary>A memory was read.</summary>
    public void Note(MemoryId id, string? session)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_gate)
        {
            if (_counts.TryGetValue(id, out Access known))
                _counts[id] = known with { Count = known.Count + 1, LastAt = now };
            else if (_counts.Count < MemoriesMax)
                _counts.Add(id, new Access(session ?? "", 1, now));
            else
                _untold++;
        }
    }

    /// <summary>What there is to tell; counting begins again.</summary>
    public IReadOnlyDictionary<MemoryId, Access> Take()
    {
        lock (_gate)
        {
            Dictionary<MemoryId, Access> taken = _counts;
            if (taken.Count > 0)
                _counts = [];
            return taken;
        }
    }

    /// <summary>They could not be told after all.</summary>
    public void Drop(IReadOnlyDictionary<MemoryId, Access> taken)
    {
        lock (_gate)
            _untold += taken.Values.Sum(static access => access.Count);
    }
}
