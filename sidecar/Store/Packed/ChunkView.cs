using Thermocline.Store.Format;

namespace Thermocline.Store.Packed;

/// <summary>A chunk in memory: its header, its entries, and the bodies behind them. Only made of bytes whose checksums agree.</summary>
internal readonly ref struct ChunkView
{
    private ChunkView(scoped in ChunkHeader header, ReadOnlySpan<byte> entries, ReadOnlySpan<byte> bodies)
    {
        Header = header;
        Entries = entries;
        Bodies = bodies;
    }

    public ChunkHeader Header { get; }

    public ReadOnlySpan<byte> Entries { get; }

    public ReadOnlySpan<byte> Bodies { get; }

    private int TrailerBytes => Header.Layout == ChunkLayout.Records ? ChunkEncoder.RecordCrcBytes : 0;

    /// <summary>Looks at a chunk: as it lies in the file, or with its block restored.</summary>
    /// <param name="header">Its header, intact.</param>
    /// <param name="content">What follows the header; for a block, restored.</param>
    /// <param name="seed">Checksum seed of the file.</param>
    /// <param name="view">The chunk.</param>
    public static bool TryOpen(scoped in ChunkHeader header, ReadOnlySpan<byte> content, uint seed, out ChunkView view)
    {
        view = default;
        if (content.Length < header.EntriesBytes)
            return false;
        ReadOnlySpan<byte> entries = content[..header.EntriesBytes];
        if (header.Layout == ChunkLayout.Records && Checksum.Of(entries, seed) != header.BodyCrc)
            return false;
        view = new ChunkView(header, entries, content[header.EntriesBytes..]);
        return true;
    }

    /// <summary>Finds the record at an address. False when the chunk has none there: it was dropped.</summary>
    /// <param name="address">The address.</param>
    /// <param name="entry">The record.</param>
    /// <param name="body">Where its body begins among the bodies.</param>
    /// <param name="damaged">Whether the entries make no sense.</param>
    public bool TryFind(Address address, out RecordEntry entry, out int body, out bool damaged)
    {
        Walk walk = GetEnumerator();
        while (walk.MoveNext())
        {
            if (walk.Current.Address >= address)
            {
                entry = walk.Current;
                body = walk.BodyStart;
                damaged = false;
                return entry.Address == address;
            }
        }

        entry = default;
        body = 0;
        damaged = walk.IsDamaged;
        return false;
    }

    public Walk GetEnumerator() => new(this);

    /// <summary>A walk over the records.</summary>
    internal ref struct Walk(ChunkView chunk)
    {
        private readonly int _trailerBytes = chunk.TrailerBytes;
        private readonly int _bodiesLength = chunk.Bodies.Length;
        private ReadOnlySpan<byte> _rest = chunk.Entries;
        private int _left = chunk.Header.Frames;
        private int _next;
        private RecordEntry _current = RecordEntry.Before(
            chunk.Header.FirstAddress, chunk.Header.FirstSequence, chunk.Header.BaseMs);

        public readonly RecordEntry Current => _current;

        public int BodyStart { get; private set; }

        public bool IsDamaged { get; private set; }

        public bool MoveNext()
        {
            if (_left == 0)
                return false;
            _left--;
            RecordEntry before = _current;
            if (!RecordEntry.TryRead(ref _rest, before, out _current)
                || _next + _current.StoredBytes + _trailerBytes > _bodiesLength)
            {
                _left = 0;
                IsDamaged = true;
                return false;
            }

            BodyStart = _next;
            _next += _current.StoredBytes + _trailerBytes;
            return true;
        }
    }
}
