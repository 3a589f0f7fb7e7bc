using System.Runtime.CompilerServices;

namespace Thermocline.Store.Hot;

/// <summary>
/// What one thread reads at the moment: the pages its leases look at (hazard pointers, Michael 2004), and its counters.
/// Only its thread writes it, with plain stores; who evicts a page makes them visible with a process-wide barrier first.
/// That way a read in RAM costs no locked instruction, and consecutive reads overlap in the processor.
/// </summary>
internal sealed class ReaderLane(HotTier tier)
{
    private const int Holds = 4;

    // The tier stays alive as long as a lease does: it owns the memory.
    private readonly HotTier _tier = tier;
    private Ordinals _held;
    private long _hotHits;
    private long _warmHits;
    private long _coldHits;
    private long _misses;

    public long HotHits => Volatile.Read(ref _hotHits);

    public long WarmHits => Volatile.Read(ref _warmHits);

    public long ColdHits => Volatile.Read(ref _coldHits);

    public long Misses => Volatile.Read(ref _misses);

    public void CountHot() => _hotHits++;

    public void CountWarm() => _warmHits++;

    public void CountCold() => _coldHits++;

    public void CountMiss() => _misses++;

    /// <summary>Says that this thread looks at a page; the answer is the hold to give back. The last hold is only ever short.</summary>
    public int Hold(int ordinal)
    {
        int hold = 0;
        while (hold < Holds - 1 && _held[hold] != 0)
            hold++;
        Volatile.Write(ref _held[hold], ordinal);
        return hold;
    }

    /// <summary>Whether a lease may keep this hold: one is always left for the next read.</summary>
    public static bool IsLasting(int hold) => hold < Holds - 1;

    public void Release(int hold)
    {
        Volatile.Write(ref _held[hold], 0);
        GC.KeepAlive(_tier);
    }

    /// <summary>Whether this thread looks at a page.</summary>
    public bool IsHolding(int ordinal)
    {
        for (int i = 0; i < Holds; i++)
        {
            if (Volatile.Read(ref _held[i]) == ordinal)
                return true;
        }

        return false;
    }

    // The holds, and room behind them: lanes of two threads never share a cache line.
    [InlineArray(Holds + 32)]
    private struct Ordinals
    {
        private int _first;
    }
}
