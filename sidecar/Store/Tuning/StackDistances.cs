using System.Numerics;

namespace Thermocline.Store.Tuning;

/// <summary>
/// A bounded set of keys in the order of their last access, which tells for a key how many bytes were accessed since: its
/// LRU stack distance. Accesses are numbered slots of a Fenwick tree of bytes; when the slots run out they are dealt anew.
/// All memory is taken at once.
/// </summary>
internal sealed class StackDistances
{
    private readonly ulong[] _tags;
    private readonly int[] _bytes;
    private readonly int[] _slots;
    private readonly int[] _free;
    private readonly int[] _table;
    private readonly int[] _keyAtSlot;
    private readonly long[] _tree;
    private int _freeCount;
    private int _nextSlot;

    public StackDistances(int keysMax)
    {
        _tags = new ulong[keysMax];
        _bytes = new int[keysMax];
        _slots = new int[keysMax];
        _free = new int[keysMax];
        _table = new int[BitOperations.RoundUpToPowerOf2((uint)keysMax * 2)];
        _keyAtSlot = new int[keysMax * 2];
        _tree = new long[(keysMax * 2) + 1];
        Clear();
    }

    /// <summary>Keys held.</summary>
    public int Count => _tags.Length - _freeCount;

    public bool IsFull => _freeCount == 0;

    /// <summary>Bytes of all keys held.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Bytes of native and managed arrays.</summary>
    public long MemoryBytes =>
        (_tags.Length * 8L) + (_bytes.Length * 4L) + (_slots.Length * 4L) + (_free.Length * 4L)
        + (_table.Length * 4L) + (_keyAtSlot.Length * 4L) + (_tree.Length * 8L);

    /// <summary>
    /// Accesses a key. Answers the bytes of the keys accessed since its last access, itself included; -1 when it is new.
    /// A new key needs room: see <see cref="IsFull"/>.
    /// </summary>
    public long Access(ulong tag, int bytes)
    {
        int cell = FindCell(tag);
        int key = _table[cell] - 1;
        if (key < 0)
        {
            key = _free[--_freeCount];
            _tags[key] = tag;
            _table[cell] = key + 1;
            Place(key, bytes);
            return -1;
        }

        long distance = TotalBytes - SumTo(_slots[key]) + bytes;
        Take(key);
        Place(key, bytes);
        return distance;
    }

    /// <summary>Forgets every key for which the answer is true.</summary>
    public void RemoveWhere(Predicate<ulong> unwanted)
    {
        for (int slot = 0; slot < _nextSlot; slot++)
        {
            int key = _keyAtSlot[slot] - 1;
            if (key < 0 || !unwanted(_tags[key]))
                continue;
            Take(key);
            Forget(_tags[key]);
            _free[_freeCount++] = key;
        }
    }

    /// <summary>Calls for every tag held.</summary>
    public void ForEach(Action<ulong> each)
    {
        for (int slot = 0; slot < _nextSlot; slot++)
        {
            if (_keyAtSlot[slot] > 0)
                each(_tags[_keyAtSlot[slot] - 1]);
        }
    }

    private void Clear()
    {
        for (int i = 0; i < _free.Length; i++)
            _free[i] = i;
        _freeCount = _free.Length;
    }

    private void Place(int key, int bytes)
    {
        if (_nextSlot == _keyAtSlot.Length)
            DealSlots();
        _slots[key] = _nextSlot;
        _bytes[key] = bytes;
        _keyAtSlot[_nextSlot] = key + 1;
        Add(_nextSlot, bytes);
        _nextSlot++;
        TotalBytes += bytes;
    }

    private void Take(int key)
    {
        Add(_slots[key], -_bytes[key]);
        _keyAtSlot[_slots[key]] = 0;
        TotalBytes -= _bytes[key];
    }

    /// <summary>Numbers the accesses anew from 0, in their order. At most half of the slots are in use, so it is rare.</summary>
    private void DealSlots()
    {
        Array.Clear(_tree);
        int next = 0;
        for (int slot = 0; slot < _keyAtSlot.Length; slot++)
        {
            int key = _keyAtSlot[slot] - 1;
            if (key < 0)
                continue;
            _keyAtSlot[slot] = 0;
            _keyAtSlot[next] = key + 1;
            _slots[key] = next;
            Add(next, _bytes[key]);
            next++;
        }

        _nextSlot = next;
    }

    private void Add(int slot, long bytes)
    {
        for (int at = slot + 1; at < _tree.Length; at += at & -at)
            _tree[at] += bytes;
    }

    private long SumTo(int slot)
    {
        long sum = 0;
        for (int at = slot + 1; at > 0; at -= at & -at)
            sum += _tree[at];
        return sum;
    }

    /// <summary>The table's cell of a key, or the empty one where it belongs.</summary>
    private int FindCell(ulong tag)
    {
        int cell = HomeOf(tag);
        while (_table[cell] != 0 && _tags[_table[cell] - 1] != tag)
            cell = (cell + 1) & (_table.Length - 1);
        return cell;
    }

    private void Forget(ulong tag)
    {
        int hole = FindCell(tag);
        int mask = _table.Length - 1;
        // What was pushed past the hole is pulled back, so that no search stops short of it.
        for (int cell = (hole + 1) & mask; _table[cell] != 0; cell = (cell + 1) & mask)
        {
            int home = HomeOf(_tags[_table[cell] - 1]);
            if (((cell - home) & mask) < ((cell - hole) & mask))
                continue;
            _table[hole] = _table[cell];
            hole = cell;
        }

        _table[hole] = 0;
    }

    private int HomeOf(ulong tag) => (int)(unchecked(tag * 0x9E3779B97F4A7C15) >> 40) & (_table.Length - 1);
}
