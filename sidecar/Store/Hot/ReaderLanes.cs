namespace Thermocline.Store.Hot;

/// <summary>The lanes of all threads that read a store: as many as threads that live at once.</summary>
internal sealed class ReaderLanes : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ReaderLane> _all = [];
    private readonly ThreadLocal<ReaderLane> _mine;
    private readonly HotTier _tier;

    public ReaderLanes(HotTier tier)
    {
        _tier = tier;
        _mine = new ThreadLocal<ReaderLane>(Join);
    }

    /// <summary>The calling thread's lane.</summary>
    public ReaderLane Mine => _mine.Value!;

    public long HotHits => Sum(static lane => lane.HotHits);

    public long WarmHits => Sum(static lane => lane.WarmHits);

    public long Misses => Sum(static lane => lane.Misses);

    /// <summary>Whether any thread looks at a page. Call <see cref="Interlocked.MemoryBarrierProcessWide"/> before.</summary>
    public bool IsHeld(int ordinal)
    {
        lock (_lock)
        {
            foreach (ReaderLane lane in _all)
            {
                if (lane.IsHolding(ordinal))
                    return true;
            }

            return false;
        }
    }

    public void Dispose() => _mine.Dispose();

    private long Sum(Func<ReaderLane, long> count)
    {
        lock (_lock)
            return _all.Sum(count);
    }

    private ReaderLane Join()
    {
        lock (_lock)
        {
            foreach (ReaderLane lane in _all)
            {
                if (lane.Owner.IsAlive)
                    continue;
                lane.Adopt(Thread.CurrentThread);
                return lane;
            }

            var added = new ReaderLane(_tier, Thread.CurrentThread);
            _all.Add(added);
            return added;
        }
    }
}
