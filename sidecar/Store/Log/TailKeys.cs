using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>
/// The keys of a segment that has no key table yet, in memory. One writer appends; readers take what is there and sort it
/// on their own time, so a listing costs the writer nothing.
/// </summary>
internal sealed class TailKeys : IKeySource
{
    private const int ChunkBytes = 64 << 10;
    private readonly Lock _sorting = new();
    private byte[][] _chunks = [];
    private Slot[] _slots = new Slot[64];
    private int _chunkCount;
    private int _chunkUsed = ChunkBytes;
    private int _count;
    private int[] _order = [];

    /// <summary>Entries so far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes of memory held.</summary>
    public long Bytes => ((long)_chunkCount * ChunkBytes) + (_slots.Length * 32L) + (_order.Length * 4L);

    /// <summary>Adds the key of a frame. One writer only.</summary>
    public void Append(ReadOnlySpan<byte> key, in KeyEntry entry)
    {
        if (_chunkUsed + key.Length > ChunkBytes)
            AddChunk();
        key.CopyTo(_chunks[_chunkCount - 1].AsSpan(_chunkUsed));
        if (_count == _slots.Length)
        {
            var larger = new Slot[_slots.Length * 2];
            _slots.CopyTo(larger, 0);
            Volatile.Write(ref _slots, larger);
        }

        _slots[_count] = new Slot(_chunkCount - 1, (ushort)_chunkUsed, (ushort)key.Length, entry);
        _chunkUsed += key.Length;
        // Last: a reader that sees the count sees everything below it.
        Volatile.Write(ref _count, _count + 1);
    }

    public IKeyCursor Seek(ReadOnlySpan<byte> key)
    {
        int[] order = Sorted();
        int low = 0, high = order.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (KeyAt(order[middle]).SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return new Cursor(this, order, low - 1);
    }

    private ReadOnlySpan<byte> KeyAt(int index)
    {
        ref readonly Slot slot = ref _slots[index];
        return _chunks[slot.Chunk].AsSpan(slot.Position, slot.Length);
    }

    private int[] Sorted()
    {
        lock (_sorting)
        {
            int count = Count;
            if (_order.Length == count)
                return _order;
            var fresh = new int[count - _order.Length];
            for (int i = 0; i < fresh.Length; i++)
                fresh[i] = _order.Length + i;
            Array.Sort(fresh, Compare);
            return _order = Merge(_order, fresh);
        }
    }

    private int[] Merge(int[] left, int[] right)
    {
        var merged = new int[left.Length + right.Length];
        int i = 0, j = 0;
        for (int at = 0; at < merged.Length; at++)
        {
            bool takeLeft = j == right.Length || (i < left.Length && Compare(left[i], right[j]) < 0);
            merged[at] = takeLeft ? left[i++] : right[j++];
        }

        return merged;
    }

    private int Compare(int left, int right)
    {
        int order = KeyAt(left).SequenceCompareTo(KeyAt(right));
        return order != 0 ? order : left.CompareTo(right);
    }

    private void AddChunk()
    {
        if (_chunkCount == _chunks.Length)
        {
            var larger = new byte[Math.Max(4, _chunks.Length * 2)][];
            _chunks.CopyTo(larger, 0);
            Volatile.Write(ref _chunks, larger);
        }

        _chunks[_chunkCount++] = new byte[ChunkBytes];
        _chunkUsed = 0;
    }

    private readonly record struct Slot(int Chunk, ushort Position, ushort Length, KeyEntry Entry);

    private sealed class Cursor(TailKeys keys, int[] order, int position) : IKeyCursor
    {
        private int _position = position;

        public ReadOnlySpan<byte> Key => keys.KeyAt(order[_position]);

        public KeyEntry Entry => keys._slots[order[_position]].Entry;

        public bool MoveNext() => ++_position < order.Length;
    }
}
