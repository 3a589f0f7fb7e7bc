using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>Keys on disk in blocks, in order over all blocks.</summary>
internal interface IKeyBlocks
{
    /// <summary>Blocks there are.</summary>
    int Count { get; }

    /// <summary>Reads a block and adds its keys, in order.</summary>
    /// <exception cref="StoreException">Damaged, or the disk failed.</exception>
    void Load(int number, KeyRows rows);
}

/// <summary>Keys and entries of one block, decoded.</summary>
internal sealed class KeyRows
{
    private readonly List<(int Start, int Length, KeyEntry Entry)> _entries = [];
    private byte[] _keys = [];
    private int _used;

    public int Count => _entries.Count;

    public ReadOnlySpan<byte> Key(int row) => _keys.AsSpan(_entries[row].Start, _entries[row].Length);

    public KeyEntry Entry(int row) => _entries[row].Entry;

    public void Clear()
    {
        _entries.Clear();
        _used = 0;
    }

    public void Add(ReadOnlySpan<byte> key, in KeyEntry entry)
    {
        if (_used + key.Length > _keys.Length)
            Array.Resize(ref _keys, Math.Max(_used + key.Length, _keys.Length * 2));
        key.CopyTo(_keys.AsSpan(_used));
        _entries.Add((_used, key.Length, entry));
        _used += key.Length;
    }
}

/// <summary>A walk over keys that lie in blocks.</summary>
internal sealed class KeyBlockCursor(IKeyBlocks blocks) : IKeyCursor
{
    private readonly KeyRows _rows = new();
    private int _next;
    private int _position = -1;

    public ReadOnlySpan<byte> Key => _rows.Key(_position);

    public KeyEntry Entry => _rows.Entry(_position);

    /// <summary>A cursor before the first entry whose key is not below the given one.</summary>
    public static KeyBlockCursor Before(IKeyBlocks blocks, ReadOnlySpan<byte> key)
    {
        var cursor = new KeyBlockCursor(blocks);
        cursor.MoveBefore(key);
        return cursor;
    }

    public bool MoveNext()
    {
        while (++_position >= _rows.Count)
        {
            if (_next >= blocks.Count)
                return false;
            Load(_next++);
        }

        return true;
    }

    private void MoveBefore(ReadOnlySpan<byte> key)
    {
        int low = 0, high = blocks.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            Load(middle);
            if (_rows.Count > 0 && _rows.Key(0).SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        // The key may lie in the block before the first one that starts at or after it.
        _rows.Clear();
        _position = -1;
        _next = Math.Max(0, low - 1);
        while (MoveNext())
        {
            if (Key.SequenceCompareTo(key) >= 0)
            {
                _position--;
                return;
            }
        }
    }

    private void Load(int number)
    {
        _rows.Clear();
        blocks.Load(number, _rows);
        _position = -1;
    }
}
