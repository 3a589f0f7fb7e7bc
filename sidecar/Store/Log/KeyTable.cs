using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>The key table of a sealed segment, read from disk a block at a time.</summary>
internal sealed class KeyTable(Segment segment, SegmentTrailer trailer) : IKeySource
{
    /// <summary>What the segment says of itself.</summary>
    public SegmentTrailer Trailer { get; } = trailer;

    /// <exception cref="StoreException">Damaged: a block failed its checksum.</exception>
    public IKeyCursor Seek(ReadOnlySpan<byte> key)
    {
        var cursor = new Cursor(this);
        cursor.MoveBefore(key);
        return cursor;
    }

    private void ReadBlock(int number, Span<byte> block)
    {
        long offset = Trailer.FramesEnd + ((long)number * KeyBlock.Bytes);
        if (segment.Read(block, offset) != KeyBlock.Bytes || !KeyBlock.IsIntact(block, segment.Seed))
            throw segment.Damaged(offset, "key table block");
    }

    private sealed class Cursor(KeyTable table) : IKeyCursor
    {
        private readonly byte[] _block = new byte[KeyBlock.Bytes];
        private readonly byte[] _key = new byte[Limits.ComposedKeyBytesMax];
        private readonly List<(int Start, int Length, KeyEntry Entry)> _entries = [];
        private byte[] _keys = [];
        private int _next;
        private int _position = -1;

        public ReadOnlySpan<byte> Key => _keys.AsSpan(_entries[_position].Start, _entries[_position].Length);

        public KeyEntry Entry => _entries[_position].Entry;

        public bool MoveNext()
        {
            while (++_position >= _entries.Count)
            {
                if (_next >= table.Trailer.KeyBlocks)
                    return false;
                Load(_next++);
            }

            return true;
        }

        public void MoveBefore(ReadOnlySpan<byte> key)
        {
            int low = 0, high = table.Trailer.KeyBlocks;
            while (low < high)
            {
                int middle = (low + high) / 2;
                table.ReadBlock(middle, _block);
                if (KeyBlock.FirstKey(_block).SequenceCompareTo(key) < 0)
                    low = middle + 1;
                else
                    high = middle;
            }

            // The key may lie in the block before the first one that starts at or after it.
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

        /// <summary>Decodes a whole block, so that a cursor can step back by one.</summary>
        private void Load(int number)
        {
            table.ReadBlock(number, _block);
            _entries.Clear();
            _position = -1;
            int used = 0;
            var reader = new KeyBlock.Reader(_block, _key);
            while (reader.MoveNext())
            {
                ReadOnlySpan<byte> key = reader.Key;
                if (used + key.Length > _keys.Length)
                    Array.Resize(ref _keys, Math.Max(used + key.Length, _keys.Length * 2));
                key.CopyTo(_keys.AsSpan(used));
                _entries.Add((used, key.Length, reader.Entry));
                used += key.Length;
            }
        }
    }
}
