using Thermocline.Store.Files;
using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>A segment file. Opened when first read; its frames never change once written.</summary>
internal sealed class Segment : IDisposable
{
    private readonly IFiles _files;
    private readonly Lock _opening = new();
    private IFile? _file;
    private SegmentHeader _header;
    private IKeySource? _keys;

    /// <summary>A segment that exists.</summary>
    public Segment(IFiles files, int number, string path)
    {
        _files = files;
        Number = number;
        Path = path;
    }

    /// <summary>A segment that was just created, or is being recovered.</summary>
    public Segment(IFiles files, string path, IFile file, in SegmentHeader header, IKeySource? keys)
        : this(files, header.Number, path)
    {
        _header = header;
        _keys = keys;
        _file = file;
    }

    public int Number { get; }

    public string Path { get; }

    /// <summary>What its checksums start from.</summary>
    public uint Seed => Open()._header.Seed;

    public SegmentHeader Header => Open()._header;

    public IFile File => Open()._file!;

    public long Length => File.Length;

    /// <summary>Length in bytes, or 0 when the file cannot be opened: for figures only.</summary>
    public long LengthOrZero
    {
        get
        {
            try
            {
                return Length;
            }
            catch (Exception failure) when (failure is IOException or StoreException or ObjectDisposedException)
            {
                return 0;
            }
        }
    }

    /// <summary>A bad copy of the header met when the file was opened, for the report.</summary>
    public Damage? HeaderDamage { get; private set; }

    /// <summary>Its keys in order. Replaced by the sealer, and by a scan when the table on disk is damaged.</summary>
    public IKeySource? Keys
    {
        get => Volatile.Read(ref _keys);
        set => Volatile.Write(ref _keys, value);
    }

    /// <summary>Reads bytes of the file; short only at its end.</summary>
    /// <exception cref="StoreException">Damaged header, or the disk failed.</exception>
    public int Read(Span<byte> destination, long offset)
    {
        try
        {
            return File.Read(destination, offset);
        }
        catch (IOException failure)
        {
            throw new StoreException(
                StoreFault.Io, $"Reading {Path}:{offset} failed: {failure.Message}", Path, offset, failure);
        }
    }

    /// <summary>The trailer, when the segment is sealed and its trailer is intact.</summary>
    public bool TryReadTrailer(out SegmentTrailer trailer)
    {
        Span<byte> bytes = stackalloc byte[SegmentTrailer.Bytes];
        long length = Length;
        trailer = default;
        return length >= SegmentHeader.Bytes + SegmentTrailer.Bytes
            && Read(bytes, length - SegmentTrailer.Bytes) == bytes.Length
            && SegmentTrailer.TryRead(bytes, Header, length, out trailer);
    }

    public StoreException Damaged(long offset, string what) =>
        new(StoreFault.Damaged, $"{what} at {Path}:{offset} fails its checksum.", Path, offset);

    public void Dispose() => _file?.Dispose();

    private Segment Open()
    {
        if (Volatile.Read(ref _file) is not null)
            return this;
        lock (_opening)
        {
            if (_file is not null)
                return this;
            IFile file = _files.Open(Path);
            Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
            int read = file.Read(bytes, 0);
            if (!SegmentHeader.TryRead(bytes[..read], out _header, out int badCopy) || _header.Number != Number)
            {
                file.Dispose();
                throw Damaged(0, "segment header (both copies)");
            }

            if (badCopy >= 0)
                HeaderDamage = new Damage(Path, badCopy, SegmentHeader.Bytes / 2, "one copy of the segment header");
            Volatile.Write(ref _file, file);
        }

        return this;
    }
}
