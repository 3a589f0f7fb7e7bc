namespace Thermocline.Store.Hot;

/// <summary>
/// The lanes of all threads that read a store, by managed thread id. The runtime gives the id of a thread that has ended to
/// a new one, so there are as many lanes as threads ever lived at once.
/// </summary>
internal sealed class ReaderLanes(HotTier tier)
{
    private readonly Lock _lock = new();

    // Replaced whole when it grows, so that readers need no lock.
    private ReaderLane?[] _lanes = new ReaderLane?[32];

    /// <summary>The calling thread's lane.</summary>
    public ReaderLane Mine
    {
        get
        {
            ReaderLane?[] lanes = Volatile.Read(ref _lanes);
            int thread = Environment.CurrentManagedThreadId;
            return (uint)thread < (uint)lanes.Length && lanes[thread] is { } lane ? lane : Join(thread);
        }
    }

    public long HotHits => Sum(static lane => lane.HotHits);

    public long WarmHits => Sum(static lane => lane.WarmHits);

    public long ColdHits => Sum(static lane => lane.ColdHits);

    public long Misses => Sum(static lane => lane.Misses);

    /// <summary>Whether any thread looks at a page. Call <see cref="Interlocked.MemoryBarrierProcessWide"/> before.</summary>
    public bool IsHeld(int ordinal)
    {
        lock (_lock)
        {
            foreach (ReaderLane? lane in _lanes)
            {
                if (lane is not null && lane.IsHolding(ordinal))
                    return true;
            }

            return false;
        }
    }

    private long Sum(Func<ReaderLane, long> count)
    {
        lock (_lock)
            return _lanes.Sum(lane => lane is null ? 0 : count(lane));
    }

    private ReaderLane Join(int thread)
    {
        lock (_lock)
        {
            if (thread >= _lanes.Length)
            {
                var larger = new ReaderLane?[Math.Max(thread + 1, _lanes.Length * 2)];
                _lanes.CopyTo(larger, 0);
                Volatile.Write(ref _lanes, larger);
            }

            return _lanes[thread] ??= new ReaderLane(tier);
        }
    }
}
