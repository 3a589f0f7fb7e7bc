using System.Buffers;
using Thermocline.Store.Compression;
using Thermocline.Store.Files;
using Thermocline.Store.Filters;
using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Packed;

/// <summary>
/// A packed segment: chunks of records, then what is needed to find them. Opened when first read; never changes. The
/// chunks may lie in the cold store alone: then the local file is a stub that holds all the rest.
/// </summary>
internal sealed class PackedSegment : ISegment
{
    /// <summary>A chunk of this size or less is read in one call.</summary>
    private const int WholeReadMax = 32 << 10;
    private readonly PackedShare _share;
    private readonly long _id;
    private readonly ChunkFetches? _fetches;
    private int _dead;
    private long _uses;
    private IKeySource? _keys;
    private byte[]? _filter;

    public PackedSegment(IFiles files, PackedShare share, int first, int last, string path, RemoteChunks? remote)
    {
        _share = share;
        _id = share.NextId();
        First = first;
        Last = last;
        Path = path;
        Remote = remote;
        Content = new PackedFile(files, first, last, path, remote is not null, share.Directories);
        _fetches = remote is null ? null : new ChunkFetches(this, share.Chunks, _id);
    }

    public int First { get; }

    public int Last { get; }

    public string Path { get; }

    public int DeadFrames => Volatile.Read(ref _dead);

    /// <summary>Where its chunks are when they are not on the disk.</summary>
    public RemoteChunks? Remote { get; }

    public bool IsStub => Remote is not null;

    /// <summary>Reads that were answered from it since the store was opened.</summary>
    public long Uses => Volatile.Read(ref _uses);

    /// <summary>Whether header and directory are in memory.</summary>
    public bool IsOpen => Content.IsOpen;

    /// <summary>Header, trailer, directory and whatever else is not a chunk.</summary>
    public PackedFile Content { get; }

    public PackedHeader Header => Content.Header;

    public PackedTrailer Trailer => Content.Trailer;

    public PackedDirectory Directory => Content.Directory;

    /// <summary>Length of the file when it is whole.</summary>
    public long FullLength => Content.FullLength;

    public long LengthOrZero => Content.LengthOrZero;

    public IKeySource? Keys
    {
        get => Volatile.Read(ref _keys);
        set => Volatile.Write(ref _keys, value);
    }

    public IKeySource OpenKeys(Action<Damage> report)
    {
        _ = Content.Header;
        if (Content.CopyDamage is { } copy)
            report(copy);
        return new PackedKeys(this);
    }

    public IKeySource ScanKeys(Action<Damage> report) => PackedScan.Keys(this, report);

    public byte[]? TryRead(Address address, ReadOnlySpan<byte> key, out Tier tier)
    {
        tier = IsStub ? Tier.Cold : Tier.Warm;
        byte[]? frame = TryReadAt(address, allowDuplicate: true);
        if (frame is null)
            return null;
        var read = new Frame(frame);
        if (!read.IsTombstone && read.Key.SequenceEqual(key))
        {
            Interlocked.Increment(ref _uses);
            return frame;
        }

        ArrayPool<byte>.Shared.Return(frame);
        return null;
    }

    public bool IsOfKey(Address address, ReadOnlySpan<byte> key)
    {
        try
        {
            if (IsStub)
                return IsListed(address, key);
            byte[]? frame = TryReadAt(address, allowDuplicate: true);
            if (frame is null)
                return false;
            bool same = new Frame(frame).Key.SequenceEqual(key);
            ArrayPool<byte>.Shared.Return(frame);
            return same;
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            return true;
        }
    }

    /// <summary>Asks the keys, which are on the local disk: a write never waits for the cold store.</summary>
    private bool IsListed(Address address, ReadOnlySpan<byte> key)
    {
        IKeyCursor keys = (Keys ?? new PackedKeys(this)).Seek(key);
        while (keys.MoveNext() && keys.Key.SequenceEqual(key))
        {
            if (keys.Entry.Address == address)
                return true;
        }

        return false;
    }

    /// <summary>Whether the chunk that would hold an address is at hand without asking the cold store.</summary>
    public bool IsAtHand(Address address)
    {
        int chunk = -1;
        byte[]? bytes = IsStub ? CachedChunkOf(address, out chunk) : null;
        if (bytes is null)
            return chunk < 0;
        Address original = OriginalOf(chunk, bytes, address);
        return original == default || CachedChunkOf(original, out int other) is not null || other < 0;
    }

    /// <summary>Brings what is needed to read the record at an address from the cold store into the cache.</summary>
    /// <exception cref="StoreException">The cold store is away, or a chunk is damaged.</exception>
    public async ValueTask FetchAsync(Address address, CancellationToken cancellation)
    {
        int chunk = -1;
        byte[]? bytes = IsStub ? CachedChunkOf(address, out chunk) : null;
        if (chunk < 0)
            return;
        bytes ??= await _fetches!.GetAsync(chunk).WaitAsync(cancellation);
        Address original = OriginalOf(chunk, bytes, address);
        if (original != default && CachedChunkOf(original, out int other) is null && other >= 0)
            await _fetches!.GetAsync(other).WaitAsync(cancellation);
    }

    private byte[]? CachedChunkOf(Address address, out int chunk)
    {
        chunk = Directory.FindChunk(address);
        return chunk < 0 ? null : _share.Chunks.Find(_id, chunk);
    }

    /// <summary>The record that holds the value of the one at an address; default when it holds its own, or is damaged.</summary>
    private Address OriginalOf(int chunk, ReadOnlySpan<byte> bytes, Address address)
    {
        try
        {
            ChunkView view = View(chunk, bytes);
            return RecordReader.OriginalOf(view, address, DictionaryOf(view.Header));
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            // Whoever reads it is told.
            return default;
        }
    }

    /// <summary>Whether a key may be among the records, tombstones included: false is certain.</summary>
    public bool MayContain(ulong tag)
    {
        byte[]? filter = Volatile.Read(ref _filter) ?? Content.ReadFilter();
        // Without a filter everything is possible.
        if (filter is null)
            return true;
        if (Interlocked.CompareExchange(ref _filter, filter, null) is null)
            _share.Directories.Charge(filter.Length);
        return BinaryFuseFilter.MayContain(filter, tag);
    }

    /// <summary>Gives the filter's memory back; the next question reads it again.</summary>
    public void ForgetFilter() => _share.Directories.Release(Interlocked.Exchange(ref _filter, null)?.Length ?? 0);

    /// <summary>A chunk with its block restored, as a new array.</summary>
    /// <exception cref="StoreException">Damaged, or the world failed.</exception>
    public byte[] ReadChunk(int chunk)
    {
        if (_fetches is not null)
            return _fetches.GetAsync(chunk).GetAwaiter().GetResult();
        var stored = new byte[ChunkLength(chunk)];
        if (Read(stored, Directory.ChunkOffsets[chunk]) != stored.Length)
            throw Damaged(Directory.ChunkOffsets[chunk], "chunk");
        return Restore(chunk, stored);
    }

    /// <summary>Looks at a chunk that <see cref="ReadChunk"/> gave.</summary>
    /// <exception cref="StoreException">Damaged.</exception>
    public ChunkView View(int chunk, ReadOnlySpan<byte> bytes)
    {
        if (!ChunkHeader.TryRead(bytes, Header.Seed, out ChunkHeader header)
            || !ChunkView.TryOpen(header, bytes[ChunkHeader.Bytes..], Header.Seed, out ChunkView view))
        {
            throw Damaged(Directory.ChunkOffsets[chunk], "chunk");
        }

        return view;
    }

    /// <summary>The frame of a record of a chunk, in a rented array.</summary>
    /// <exception cref="StoreException">Damaged.</exception>
    public byte[] FrameOf(int chunk, in ChunkView view, in RecordEntry entry, int body, bool allowDuplicate)
    {
        ReadOnlySpan<byte> stored = view.Bodies.Slice(body, entry.StoredBytes);
        if (view.Header.Layout == ChunkLayout.Records && !RecordReader.IsIntact(view.Bodies, entry, body, Header.Seed))
            throw Damaged(Directory.ChunkOffsets[chunk], "record");
        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Max(entry.FrameBytes, Frame.HeaderBytes + stored.Length) + 8);
        byte[]? original = null;
        try
        {
            if (!RecordReader.TryDecode(entry, stored, DictionaryOf(view.Header), rented, out Address duplicateOf))
                throw Damaged(Directory.ChunkOffsets[chunk], "record");
            if (duplicateOf == default)
                return rented;
            original = allowDuplicate ? TryReadAt(duplicateOf, allowDuplicate: false) : null;
            if (original is null || !RecordReader.TryTakeValue(entry, rented, new Frame(original)))
                throw Damaged(Directory.ChunkOffsets[chunk], "value shared by two records");
            return rented;
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            throw;
        }
        finally
        {
            if (original is not null)
                ArrayPool<byte>.Shared.Return(original);
        }
    }

    public void NoteDead(int frames) => Interlocked.Add(ref _dead, frames);

    public int Read(Span<byte> destination, long offset) => Content.Read(destination, offset);

    public StoreException Damaged(long offset, string what) => Content.Damaged(offset, what);

    public void Dispose()
    {
        ForgetFilter();
        Content.Dispose();
    }

    /// <summary>Bytes of a chunk in the file.</summary>
    /// <exception cref="StoreException">Damaged: no chunk has this length.</exception>
    public int ChunkLength(int chunk)
    {
        long length = (long)Directory.ChunkOffsets[chunk + 1] - Directory.ChunkOffsets[chunk];
        return length is >= ChunkHeader.Bytes and <= ChunkHeader.PlainBytesMax
            ? (int)length
            : throw Damaged(Directory.ChunkOffsets[chunk], "chunk length");
    }

    private byte[]? TryReadAt(Address address, bool allowDuplicate)
    {
        int chunk = Directory.FindChunk(address);
        if (chunk < 0)
            return null;
        byte[]? cached = _share.Chunks.Find(_id, chunk);
        if (cached is null && !IsStub)
            return TryReadStored(address, chunk, allowDuplicate);
        if (cached is null)
        {
            cached = ReadChunk(chunk);
        }

        return TryReadFrom(address, chunk, cached, allowDuplicate);
    }

    /// <summary>Reads a chunk from the disk into rented memory; restored blocks are kept.</summary>
    private byte[]? TryReadStored(Address address, int chunk, bool allowDuplicate)
    {
        int length = ChunkLength(chunk);
        byte[] stored = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> bytes = stored.AsSpan(0, length);
            if (length > WholeReadMax && TryReadParts(address, chunk, bytes, out byte[]? frame))
                return frame;
            if (Read(bytes, Directory.ChunkOffsets[chunk]) != length
                || !ChunkHeader.TryRead(bytes, Header.Seed, out ChunkHeader header))
            {
                throw Damaged(Directory.ChunkOffsets[chunk], "chunk");
            }

            if (header.Layout == ChunkLayout.Records)
                return TryReadFrom(address, chunk, bytes, allowDuplicate);
            byte[] restored = Restore(chunk, bytes);
            _share.Chunks.Add(_id, chunk, restored);
            return TryReadFrom(address, chunk, restored, allowDuplicate);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    /// <summary>Of a large chunk of single records reads the entries, then the one record. False: read the whole.</summary>
    private bool TryReadParts(Address address, int chunk, Span<byte> bytes, out byte[]? frame)
    {
        frame = null;
        long offset = Directory.ChunkOffsets[chunk];
        Span<byte> head = bytes[..Math.Min(bytes.Length, 4096)];
        if (Read(head, offset) != head.Length
            || !ChunkHeader.TryRead(head, Header.Seed, out ChunkHeader header)
            || header.Layout != ChunkLayout.Records
            || ChunkHeader.Bytes + header.EntriesBytes > head.Length
            || !ChunkView.TryOpen(header, bytes[ChunkHeader.Bytes..], Header.Seed, out ChunkView view)
            || !view.TryFind(address, out RecordEntry entry, out int body, out bool damaged))
        {
            return false;
        }

        if (damaged || (entry.Flags & RecordFlags.Duplicate) != 0)
            return false;
        int start = ChunkHeader.Bytes + header.EntriesBytes + body;
        Span<byte> record = bytes.Slice(start, entry.StoredBytes + ChunkEncoder.RecordCrcBytes);
        if (start + record.Length > head.Length && Read(record, offset + start) != record.Length)
            return false;
        frame = FrameOf(chunk, view, entry, body, allowDuplicate: false);
        return true;
    }

    private byte[]? TryReadFrom(Address address, int chunk, ReadOnlySpan<byte> bytes, bool allowDuplicate)
    {
        ChunkView view = View(chunk, bytes);
        if (view.TryFind(address, out RecordEntry entry, out int body, out bool damaged))
            return FrameOf(chunk, view, entry, body, allowDuplicate);
        return damaged ? throw Damaged(Directory.ChunkOffsets[chunk], "entries of a chunk") : null;
    }

    /// <summary>Undoes the codec of a block; a chunk of single records is given back as it is, in an array of its own.</summary>
    /// <exception cref="StoreException">Damaged.</exception>
    public byte[] Restore(int chunk, ReadOnlySpan<byte> stored)
    {
        if (!ChunkHeader.TryRead(stored, Header.Seed, out ChunkHeader header)
            || header.StoredBytes != stored.Length - ChunkHeader.Bytes)
        {
            throw Damaged(Directory.ChunkOffsets[chunk], "chunk header");
        }

        ReadOnlySpan<byte> content = stored[ChunkHeader.Bytes..];
        if (header.Layout == ChunkLayout.Records)
            return stored.ToArray();
        if (Checksum.Of(content, Header.Seed) != header.BodyCrc)
            throw Damaged(Directory.ChunkOffsets[chunk], "chunk");
        var restored = new byte[ChunkHeader.Bytes + header.PlainBytes];
        stored[..ChunkHeader.Bytes].CopyTo(restored);
        if (!RecordReader.TryRestore(header.BlockCodec, content, DictionaryOf(header), restored.AsSpan(ChunkHeader.Bytes)))
            throw Damaged(Directory.ChunkOffsets[chunk], "chunk");
        return restored;
    }

    private ZstdDictionary? DictionaryOf(in ChunkHeader header)
    {
        if (header.Dictionary == 0)
            return null;
        if (header.Dictionary > Directory.Dictionaries.Count)
            throw Damaged(0, "dictionary number");
        DictionaryPlace place = Directory.Dictionaries[header.Dictionary - 1];
        return _share.Dictionaries.Find(place.Id) ?? _share.Dictionaries.Add(Content.ReadDictionary(place));
    }
}
