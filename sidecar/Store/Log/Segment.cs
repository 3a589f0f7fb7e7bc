using System.Buffers;
using Thermocline.Store.Files;
using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>A raw segment: frames as they were written. Opened when first read; its frames never change once written.</summary>
internal sealed class Segment : ISegment
{
    /// <summary>First read: holds header, key and value of most records in one call.</summary>
    private const int GuessBytes = 4096;
    private readonly IFiles _files;
    private readonly Lock _opening = new();
    private int _dead;
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

    public int First => Number;

    public int Last => Number;

    public string Path { get; }

    public bool IsStub => false;

    public bool IsAtHand(Address address) => true;

    public ValueTask FetchAsync(Address address, CancellationToken cancellation) => ValueTask.CompletedTask;

    public int DeadFrames => Volatile.Read(ref _dead);

    /// <summary>What its checksums start from.</summary>
    public uint Seed => Open()._header.Seed;

    public SegmentHeader Header => Open()._header;

    public IFile File => Open()._file!;

    public long Length => File.Length;

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

    /// <summary>Whether it is sealed, asked cheaply and again and again: only a yes is remembered.</summary>
    public bool IsSealed(out SegmentTrailer trailer)
    {
        if (Keys is KeyTable table)
        {
            trailer = table.Trailer;
            return true;
        }

        // Nobody appends to it when no writer left its keys here.
        trailer = default;
        return Keys is null && TryReadTrailer(out trailer);
    }

    public byte[]? TryRead(Address address, ReadOnlySpan<byte> key, out Tier tier)
    {
        tier = Tier.Warm;
        byte[]? frame = TryReadStored(address.Offset, key);
        if (frame is null || new Frame(frame).Codec == FrameCodec.Raw)
            return frame;
        try
        {
            return Restore(new Frame(frame), address.Offset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    /// <summary>Makes a frame that was stored as a delta whole, in a rented array.</summary>
    /// <exception cref="StoreException">It, or the frame it was made against, is damaged; or the disk failed.</exception>
    public byte[] Restore(Frame frame, long offset)
    {
        if (frame.Codec != FrameCodec.Delta)
            throw new StoreException(StoreFault.Unsupported, $"The frame at {Path}:{offset} is of a newer version.", Path, offset);
        if (!FrameDelta.TryReadBase(frame, out long start) || start >= offset)
            throw Damaged(offset, "frame of a delta");
        byte[] earlier = TryReadStored(start, frame.Key) ?? throw Damaged(offset, "frame of a delta");
        try
        {
            return FrameDelta.TryRestore(frame, new Frame(earlier)) ?? throw Damaged(offset, "frame of a delta");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(earlier);
        }
    }

    public bool IsOfKey(Address address, ReadOnlySpan<byte> key)
    {
        Span<byte> start = stackalloc byte[Frame.HeaderBytes + Limits.ComposedKeyBytesMax];
        try
        {
            int read = Read(start, address.Offset);
            return Frame.Check(start[..read], Seed) == FrameCheck.HeaderDamaged
                || new Frame(start).Key.SequenceEqual(key);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            return true;
        }
    }

    public IKeySource OpenKeys(Action<Damage> report)
    {
        if (HeaderDamage is { } copy)
            report(copy);
        if (TryReadTrailer(out SegmentTrailer trailer))
            return new KeyTable(this, trailer);
        report(new Damage(Path, Math.Max(0, Length - SegmentTrailer.Bytes), SegmentTrailer.Bytes, "segment trailer"));
        return ScanKeys(report);
    }

    public IKeySource ScanKeys(Action<Damage> report)
    {
        var keys = new TailKeys();
        var scanner = new FrameScanner(File, Header, Length);
        while (scanner.MoveNext())
        {
            if (scanner.Kind == ScanKind.DamagedStretch)
                report(new Damage(Path, scanner.Offset, scanner.Length, "frame"));
            else
                keys.Append(scanner.Frame.Key, EntryOf(scanner));
        }

        return keys;
    }

    /// <summary>The key table entry of the frame a scan is at.</summary>
    public KeyEntry EntryOf(FrameScanner scanner)
    {
        Frame frame = scanner.Frame;
        return new KeyEntry(Address.Of(Number, scanner.Offset), frame.Flags & FrameFlags.Tombstone, frame.ExpiresAtMs);
    }

    public StoreException Damaged(long offset, string what) =>
        new(StoreFault.Damaged, $"{what} at {Path}:{offset} fails its checksum.", Path, offset);

    public void NoteDead(int frames) => Interlocked.Add(ref _dead, frames);

    public void Dispose() => _file?.Dispose();

    /// <summary>The frame at an offset as it is on disk, when it is of this key.</summary>
    private byte[]? TryReadStored(long offset, ReadOnlySpan<byte> key)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(GuessBytes);
        bool keep = false;
        try
        {
            int read = Read(buffer.AsSpan(0, GuessBytes), offset);
            if (!Frame.IsPlausible(buffer.AsSpan(0, read)))
                throw Damaged(offset, "frame header");
            int length = new Frame(buffer).TotalBytes;
            if (length > read)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(length);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
                read = Read(buffer.AsSpan(0, length), offset);
            }

            FrameCheck check = Frame.Check(buffer.AsSpan(0, Math.Min(read, length)), Seed);
            if (check == FrameCheck.HeaderDamaged)
                throw Damaged(offset, "frame header");
            if (!new Frame(buffer).Key.SequenceEqual(key))
                return null;
            if (check == FrameCheck.PayloadDamaged)
                throw Damaged(offset, "frame");
            keep = true;
            return buffer;
        }
        finally
        {
            if (!keep)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

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
