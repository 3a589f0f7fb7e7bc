using Thermocline.Store.Accounting;
using Thermocline.Store.Compression;
using Thermocline.Store.Files;
using Thermocline.Store.Format;

namespace Thermocline.Store.Packed;

/// <summary>
/// The file of a packed segment, or its stub: everything that is not a chunk. Opened when first asked; never changes. Of
/// all that many records depend on there are two copies, so that no single damaged place costs more than a chunk.
/// </summary>
internal sealed class PackedFile(IFiles files, int first, int last, string path, bool isStub, MemoryAccount account) : IDisposable
{
    private readonly Lock _opening = new();
    private Parts? _parts;
    private bool _disposed;

    /// <summary>Which object holds the chunks of a stub.</summary>
    /// <exception cref="StoreException">Damaged, or the disk failed.</exception>
    public StubReference Reference => Open().Reference;

    /// <summary>Whether header and directory are in memory.</summary>
    public bool IsOpen => Volatile.Read(ref _parts) is not null && !_disposed;

    public PackedHeader Header => Open().Header;

    public PackedTrailer Trailer => Open().Trailer;

    public PackedDirectory Directory => Open().Directory;

    /// <summary>Length of the file when it is whole.</summary>
    public long FullLength => Open().FullLength;

    public IFile File => Open().File;

    /// <summary>A bad copy of header, trailer or directory met when the file was opened, for the report.</summary>
    public Damage? CopyDamage { get; private set; }

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

    /// <summary>Reads bytes of the file as it is when whole; those of chunks only when they are on the disk.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public int Read(Span<byte> destination, long offset)
    {
        Parts parts = Open();
        long moved = isStub && offset >= parts.Trailer.ChunksEnd
            ? offset - (parts.Trailer.ChunksEnd - PackedHeader.Bytes)
            : offset;
        try
        {
            return parts.File.Read(destination, moved);
        }
        catch (IOException failure)
        {
            throw new StoreException(StoreFault.Io, $"Reading {path}:{offset} failed: {failure.Message}", path, offset, failure);
        }
    }

    public StoreException Damaged(long offset, string what) =>
        new(StoreFault.Damaged, $"{what} at {path}:{offset} fails its checksum.", path, offset);

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

    /// <summary>The key filter; null when it is damaged.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public byte[]? ReadFilter()
    {
        PackedDirectory directory = Directory;
        if (directory.FilterLength < 0 || directory.FilterOffset + directory.FilterLength > FullLength)
            return null;
        var filter = new byte[directory.FilterLength];
        bool intact = Read(filter, directory.FilterOffset) == filter.Length
            && Checksum.Of(filter, Header.Seed) == directory.FilterCrc;
        return intact ? filter : null;
    }

    public void Dispose()
    {
        lock (_opening)
        {
            if (_disposed)
                return;
            _disposed = true;
            account.Release(_parts?.Directory.Bytes ?? 0);
            _parts?.File.Dispose();
        }
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

    private Parts Open()
    {
        if (Volatile.Read(ref _parts) is { } opened && !_disposed)
            return opened;
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_parts is not null)
                return _parts;
            IFile file = files.Open(path);
            try
            {
                _parts = ReadParts(file);
                account.Charge(_parts.Directory.Bytes);
                return _parts;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }

    private Parts ReadParts(IFile file)
    {
        Span<byte> head = stackalloc byte[PackedHeader.Bytes];
        int read = file.Read(head, 0);
        if (!PackedHeader.TryRead(head[..read], out PackedHeader header, out int badCopy)
            || header.First != first
            || header.Last != last)
        {
            throw Damaged(0, "packed segment header (both copies)");
        }

        if (badCopy >= 0)
            CopyDamage = new Damage(path, badCopy, PackedHeader.Bytes / 2, "one copy of the segment header");
        StubReference reference = isStub ? ReadReference(file) : default;
        Span<byte> tail = stackalloc byte[PackedTrailer.Bytes];
        long end = file.Length - PackedTrailer.Bytes - (isStub ? StubReference.Bytes : 0);
        if (end < PackedHeader.Bytes
            || file.Read(tail, end) != tail.Length
            || !PackedTrailer.TryRead(tail, header, out PackedTrailer trailer, out badCopy))
        {
            throw Damaged(Math.Max(0, end), "packed segment trailer (both copies)");
        }

        long gone = isStub ? trailer.ChunksEnd - PackedHeader.Bytes : 0;
        if (badCopy >= 0)
            CopyDamage ??= new Damage(path, end + gone + badCopy, PackedTrailer.Bytes / 2, "one copy of the segment trailer");
        PackedDirectory directory = ReadDirectory(file, header, trailer, end, gone);
        return new Parts(file, header, trailer, directory, reference, end + gone + PackedTrailer.Bytes);
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

            CopyDamage ??= new Damage(path, offset, length, "one copy of the directory");
        }

        throw Damaged(trailer.DirectoryOffset, "directory (both copies)");
    }

    private sealed record Parts(
        IFile File, PackedHeader Header, PackedTrailer Trailer, PackedDirectory Directory, StubReference Reference,
        long FullLength);
}
