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
    private readonly IFiles _files;
    private readonly PackedShare _share;
    private readonly long _id;
    private readonly Lock _opening = new();
    private readonly ChunkFetches? _fetches;
    private int _dead;
    private long _uses;
    private Content? _content;
    private IKeySource? _keys;
    private byte[]? _filter;
    private bool _disposed;

    public PackedSegment(IFiles files, PackedShare share, int first, int last, string path, RemoteChunks? remote)
    {
        _files = files;
        _share = share;
        _id = share.NextId();
        First = first;
        Last = last;
        Path = path;
        Remote = remote;
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

    /// <summary>Which object holds the chunks of a stub.</summary>
    /// <exception cref="StoreException">Damaged, or the disk failed.</exception>
    public StubReference Reference => Open().Reference;

    /// <summary>Whether header and directory are in memory.</summary>
    public bool IsOpen => Volatile.Read(ref _content) is not null && !_disposed;

    public PackedHeader Header => Open().Header;

    public PackedTrailer Trailer => Open().Trailer;

    public PackedDirectory Directory => Open().Directory;

    /// <summary>Length of the file when it is whole.</summary>
    public long FullLength => Open().FullLength;

    public IFile File => Open().File;

    /// <summary>A bad copy of header, trailer or directory met when the file was opened, for the report.</summary>
    public Damage? CopyDamage { get; private set; }

    public IKeySource? Keys
    {
        get => Volatile.Read(ref _keys);
        set => Volatile.Write(ref _keys, value);
    }

    public long LengthOrZero
    {
        get
        {
            try
            {
                return File.Length;
            }
            catch (Exception failure) when (failure is IOException or StoreException or ObjectDisposedException)
            {
                return 0;
            }
        }
    }

    public IKeySource OpenKeys(Action<Damage> report)
    {
        Open();
        if (CopyDamage is { } copy)
            report(copy);
        return new PackedKeys(this);
    }

    public IKeySource ScanKeys(Action<Damage> report)
    {
        var keys = new TailKeys();
        for (int chunk = 0; chunk < Directory.Chunks; chunk++)
        {
            try
            {
                AddKeys(chunk, keys);
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
            {
                report(new Damage(Path, failure.Offset, 0, "chunk"));
            }
        }

        return keys;
    }

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
        int chunk = IsStub ? Directory.FindChunk(address) : -1;
        return chunk < 0 || _share.Chunks.Find(_id, chunk) is not null;
    }

    /// <summary>Brings the chunk that would hold an address from the cold store into the cache.</summary>
    /// <exception cref="StoreException">The cold store is away, or the chunk is damaged.</exception>
    public async ValueTask FetchAsync(Address address, CancellationToken cancellation)
    {
        int chunk = IsStub ? Directory.FindChunk(address) : -1;
        if (chunk >= 0 && _share.Chunks.Find(_id, chunk) is null)
            await _fetches!.GetAsync(chunk).WaitAsync(cancellation);
    }

    /// <summary>Whether a key may be among the records, tombstones included: false is certain.</summary>
    public bool MayContain(ulong tag)
    {
        byte[]? filter = Volatile.Read(ref _filter) ?? ReadFilter();
        // Without a filter everything is possible.
        if (filter is null)
            return true;
        Volatile.Write(ref _filter, filter);
        return BinaryFuseFilter.MayContain(filter, tag);
    }

    /// <summary>Restores every record of a chunk.</summary>
    /// <exception cref="StoreException">Damaged, or the world failed.</exception>
    public void CheckChunk(int chunk) => AddKeys(chunk, new TailKeys());

    /// <summary>Reads both copies of the directory.</summary>
    /// <exception cref="StoreException">Damaged, or the disk failed.</exception>
    public void CheckDirectories()
    {
        long end = FullLength - PackedTrailer.Bytes;
        var bytes = new byte[(end - Trailer.DirectoryOffset) / 2];
        for (int copy = 0; copy < 2; copy++)
        {
            long offset = Trailer.DirectoryOffset + (copy * bytes.Length);
            if (Read(bytes, offset) != bytes.Length || Checksum.Of(bytes, Header.Seed) != Trailer.DirectoryCrc)
                throw Damaged(offset, "one copy of the directory");
        }

        var tail = new byte[PackedTrailer.Bytes];
        if (Read(tail, end) != tail.Length || !PackedTrailer.TryRead(tail, Header, out _, out int badCopy) || badCopy >= 0)
            throw Damaged(end, "one copy of the segment trailer");
    }

    /// <summary>Compares the filter's checksum.</summary>
    /// <exception cref="StoreException">Damaged, or the disk failed.</exception>
    public void CheckFilter() => _ = ReadFilter() ?? throw Damaged(Directory.FilterOffset, "filter");

    /// <summary>Gives the filter's memory back; the next question reads it again.</summary>
    public void ForgetFilter() => Volatile.Write(ref _filter, null);

    /// <summary>Bytes of memory of directory and filter, as far as they are loaded.</summary>
    public long MemoryBytes =>
        (Volatile.Read(ref _content)?.Directory.Bytes ?? 0) + (Volatile.Read(ref _filter)?.Length ?? 0);

    /// <summary>Reads bytes of the file as it is when whole; those of chunks only when they are on the disk.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public int Read(Span<byte> destination, long offset)
    {
        Content content = Open();
        long moved = IsStub && offset >= content.Trailer.ChunksEnd
            ? offset - (content.Trailer.ChunksEnd - PackedHeader.Bytes)
            : offset;
        try
        {
            return content.File.Read(destination, moved);
        }
        catch (IOException failure)
        {
            throw new StoreException(StoreFault.Io, $"Reading {Path}:{offset} failed: {failure.Message}", Path, offset, failure);
        }
    }

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

    public StoreException Damaged(long offset, string what) =>
        new(StoreFault.Damaged, $"{what} at {Path}:{offset} fails its checksum.", Path, offset);

    public void NoteDead(int frames) => Interlocked.Add(ref _dead, frames);

    public void Dispose()
    {
        lock (_opening)
        {
            _disposed = true;
            _content?.File.Dispose();
        }
    }

    private byte[]? ReadFilter()
    {
        PackedDirectory directory = Directory;
        if (directory.FilterLength < 0 || directory.FilterOffset + directory.FilterLength > FullLength)
            return null;
        var filter = new byte[directory.FilterLength];
        bool intact = Read(filter, directory.FilterOffset) == filter.Length
            && Checksum.Of(filter, Header.Seed) == directory.FilterCrc;
        return intact ? filter : null;
    }

    private void AddKeys(int chunk, TailKeys keys)
    {
        ChunkView view = View(chunk, ReadChunk(chunk));
        ChunkView.Walk walk = view.GetEnumerator();
        while (walk.MoveNext())
        {
            RecordEntry entry = walk.Current;
            byte[] frame = FrameOf(chunk, view, entry, walk.BodyStart, allowDuplicate: true);
            bool tombstone = (entry.Flags & RecordFlags.Tombstone) != 0;
            keys.Append(new Frame(frame).Key, new KeyEntry(
                entry.Address, tombstone ? FrameFlags.Tombstone : FrameFlags.None, tombstone ? 0 : entry.ExpiresAtMs));
            ArrayPool<byte>.Shared.Return(frame);
        }
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
        return _share.Dictionaries.Find(place.Id) ?? _share.Dictionaries.Add(ReadDictionary(place));
    }

    /// <summary>Reads a dictionary of the file.</summary>
    /// <exception cref="StoreException">Damaged, or the disk failed.</exception>
    public ZstdDictionary ReadDictionary(in DictionaryPlace place)
    {
        if (place.PlainBytes is <= 0 or > ZstdDictionary.BytesMax || place.StoredBytes is <= 0 or > ZstdDictionary.BytesMax)
            throw Damaged(place.Offset, "dictionary length");
        return TryReadDictionary(place, place.Offset)
            ?? TryReadDictionary(place, place.Offset + place.StoredBytes)
            ?? throw Damaged(place.Offset, "dictionary (both copies)");
    }

    /// <summary>Whether both copies of a dictionary are good.</summary>
    public bool IsWhole(in DictionaryPlace place)
    {
        using ZstdDictionary? first = TryReadDictionary(place, place.Offset);
        using ZstdDictionary? second = TryReadDictionary(place, place.Offset + place.StoredBytes);
        return first is not null && second is not null;
    }

    private ZstdDictionary? TryReadDictionary(in DictionaryPlace place, long offset)
    {
        var stored = new byte[place.StoredBytes];
        var plain = new byte[place.PlainBytes];
        if (Read(stored, offset) != stored.Length)
            return null;
        if (stored.Length == plain.Length)
            plain = stored;
        else if (!ZstdDecoder.TryDecode(stored, null, plain, out int written) || written != plain.Length)
            return null;
        // Its id is a hash of its bytes: a dictionary with a changed byte would restore wrong values.
        ZstdDictionary dictionary = ZstdDictionary.Load(plain);
        if (dictionary.Id == place.Id)
            return dictionary;
        dictionary.Dispose();
        return null;
    }

    private Content Open()
    {
        if (Volatile.Read(ref _content) is { } opened && !_disposed)
            return opened;
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_content is not null)
                return _content;
            IFile file = _files.Open(Path);
            try
            {
                _content = ReadContent(file);
                return _content;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }

    private Content ReadContent(IFile file)
    {
        Span<byte> head = stackalloc byte[PackedHeader.Bytes];
        int read = file.Read(head, 0);
        if (!PackedHeader.TryRead(head[..read], out PackedHeader header, out int badCopy)
            || header.First != First
            || header.Last != Last)
        {
            throw Damaged(0, "packed segment header (both copies)");
        }

        if (badCopy >= 0)
            CopyDamage = new Damage(Path, badCopy, PackedHeader.Bytes / 2, "one copy of the segment header");
        StubReference reference = IsStub ? ReadReference(file) : default;
        Span<byte> tail = stackalloc byte[PackedTrailer.Bytes];
        long end = file.Length - PackedTrailer.Bytes - (IsStub ? StubReference.Bytes : 0);
        if (end < PackedHeader.Bytes
            || file.Read(tail, end) != tail.Length
            || !PackedTrailer.TryRead(tail, header, out PackedTrailer trailer, out badCopy))
        {
            throw Damaged(Math.Max(0, end), "packed segment trailer (both copies)");
        }

        long gone = IsStub ? trailer.ChunksEnd - PackedHeader.Bytes : 0;
        if (badCopy >= 0)
            CopyDamage ??= new Damage(Path, end + gone + badCopy, PackedTrailer.Bytes / 2, "one copy of the segment trailer");
        PackedDirectory directory = ReadDirectory(file, header, trailer, end, gone);
        return new Content(file, header, trailer, directory, reference, end + gone + PackedTrailer.Bytes);
    }

    private StubReference ReadReference(IFile file)
    {
        Span<byte> bytes = stackalloc byte[StubReference.Bytes];
        long offset = Math.Max(0, file.Length - bytes.Length);
        return file.Read(bytes, offset) == bytes.Length && StubReference.TryRead(bytes, out StubReference reference)
            ? reference
            : throw Damaged(offset, "reference to the cold object");
    }

    private PackedDirectory ReadDirectory(
        IFile file, in PackedHeader header, in PackedTrailer trailer, long end, long gone)
    {
        long length = (end + gone - trailer.DirectoryOffset) / 2;
        if (length is <= 0 or > int.MaxValue / 4)
            throw Damaged(end, "packed segment trailer");
        var bytes = new byte[length];
        for (int copy = 0; copy < 2; copy++)
        {
            long offset = trailer.DirectoryOffset + (copy * length);
            if (file.Read(bytes, offset - gone) == bytes.Length
                && Checksum.Of(bytes, header.Seed) == trailer.DirectoryCrc
                && PackedDirectory.Read(bytes) is { } directory)
            {
                return directory;
            }

            CopyDamage ??= new Damage(Path, offset, length, "one copy of the directory");
        }

        throw Damaged(trailer.DirectoryOffset, "directory (both copies)");
    }

    private sealed record Content(
        IFile File, PackedHeader Header, PackedTrailer Trailer, PackedDirectory Directory, StubReference Reference,
        long FullLength);
}
