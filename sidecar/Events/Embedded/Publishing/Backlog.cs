using Thermocline.Events.Embedded.Blocks;

namespace Thermocline.Events.Embedded.Publishing;

/// <summary>
/// The blocks of a topic that are in the store, in order: a ring that grows. 24 bytes a block. Not safe for several
/// threads.
/// </summary>
internal sealed class Backlog
{
    private const int SpentBlocksMax = 64;
    private const int SpentBytesMax = 4 << 20;
    private BlockPlace[] _ring = new BlockPlace[16];
    private int _head;

    // Of the oldest, those that nobody needs.
    private int _spent;
    private long _spentBytes;

    /// <summary>Blocks in the store.</summary>
    public int Count { get; private set; }

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
        while (_spent < Count && this[_spent].End <= floor)
        {
            long bytes = this[_spent++].Bytes;
            LiveBytes -= bytes;
            _spentBytes += bytes;
        }
    }

    /// <summary>Advances, and says whether so much is spent that it is worth a write that deletes it, which costs a sync as any does.</summary>
    public bool IsTrimDue(long floor)
    {
        Advance(floor);
        return _spent >= SpentBlocksMax || _spentBytes >= SpentBytesMax;
    }

    /// <summary>Takes the oldest block out when it ends at or below an offset.</summary>
    public bool TryTake(long end, out BlockPlace place)
    {
        place = Count > 0 ? this[0] : default;
        if (Count == 0 || place.End > end)
            return false;
        if (_spent > 0)
        {
            _spent--;
            _spentBytes -= place.Bytes;
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
