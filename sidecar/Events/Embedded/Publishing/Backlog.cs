using Thermocline.Events.Embedded.Blocks;

namespace Thermocline.Events.Embedded.Publishing;

/// <summary>
/// The blocks of a topic that are in the store, in order: a ring that grows. 24 bytes a block. Not safe for several
/// threads.
/// </summary>
internal sealed class Backlog
{
    private BlockPlace[] _ring = new BlockPlace[16];
    private int _head;

    /// <summary>Blocks in the store.</summary>
    public int Count { get; private set; }

    /// <summary>Those of them that nobody needs: the oldest.</summary>
    public int Spent { get; private set; }

    /// <summary>Their bytes.</summary>
    public long SpentBytes { get; private set; }

    /// <summary>Bytes of the blocks with events that some group has not handled.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>Offset of the first event that is kept, or -1.</summary>
    public long First => Count == 0 ? -1 : this[0].First;

    private BlockPlace this[int index] => _ring[(_head + index) & (_ring.Length - 1)];

    public void Append(in BlockPlace place)
    {
        if (Count == _ring.Length)
            Grow();
        _ring[(_head + Count) & (_ring.Length - 1)] = place;
        Count++;
        LiveBytes += place.Bytes;
    }

    /// <summary>The block that holds an offset, else the first behind it.</summary>
    public bool TryFind(long offset, out BlockPlace place)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (this[middle].End <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        place = low < Count ? this[low] : default;
        return low < Count;
    }

    /// <summary>Everything below was handled by all: its bytes no longer count.</summary>
    public void Advance(long floor)
    {
        while (Spent < Count && this[Spent].End <= floor)
        {
            long bytes = this[Spent++].Bytes;
            LiveBytes -= bytes;
            SpentBytes += bytes;
        }
    }

    /// <summary>Takes the oldest block out when it ends at or below an offset.</summary>
    public bool TryTake(long end, out BlockPlace place)
    {
        place = Count > 0 ? this[0] : default;
        if (Count == 0 || place.End > end)
            return false;
        if (Spent > 0)
        {
            Spent--;
            SpentBytes -= place.Bytes;
        }
        else
        {
            LiveBytes -= place.Bytes;
        }

        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        return true;
    }

    private void Grow()
    {
        var larger = new BlockPlace[2 * _ring.Length];
        for (int i = 0; i < Count; i++)
            larger[i] = this[i];
        _ring = larger;
        _head = 0;
    }
}
