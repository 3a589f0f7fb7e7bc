using System.Buffers;
using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>Reads single frames by their place and trusts none of their bytes before the checksums agree.</summary>
internal sealed class LogReader
{
    /// <summary>First read: holds header, key and value of most records in one call.</summary>
    private const int GuessBytes = 4096;
    private LogView _view = LogView.Empty;

    /// <summary>The segments; replaced whole by the committer.</summary>
    public LogView View
    {
        get => Volatile.Read(ref _view);
        set => Volatile.Write(ref _view, value);
    }

    /// <summary>
    /// Reads the frame at an address when it is of this key. The array is rented from the shared pool and belongs to the
    /// caller; null when the frame is of another key.
    /// </summary>
    /// <exception cref="StoreException">Damaged, or the disk failed.</exception>
    public byte[]? TryRead(Address address, ReadOnlySpan<byte> key)
    {
        Segment segment = SegmentOf(address);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(GuessBytes);
        bool keep = false;
        try
        {
            int read = segment.Read(buffer.AsSpan(0, GuessBytes), address.Offset);
            if (!Frame.IsPlausible(buffer.AsSpan(0, read)))
                throw segment.Damaged(address.Offset, "frame header");
            int length = new Frame(buffer).TotalBytes;
            if (length > read)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(length);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
                read = segment.Read(buffer.AsSpan(0, length), address.Offset);
            }

            FrameCheck check = Frame.Check(buffer.AsSpan(0, Math.Min(read, length)), segment.Seed);
            if (check == FrameCheck.HeaderDamaged)
                throw segment.Damaged(address.Offset, "frame header");
            if (!new Frame(buffer).Key.SequenceEqual(key))
                return null;
            if (check == FrameCheck.PayloadDamaged)
                throw segment.Damaged(address.Offset, "frame");
            keep = true;
            return buffer;
        }
        finally
        {
            if (!keep)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether the frame at an address is of this key; a damaged frame is taken for it, because its tag agrees.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public bool IsOfKey(Address address, ReadOnlySpan<byte> key)
    {
        Span<byte> start = stackalloc byte[Frame.HeaderBytes + Limits.ComposedKeyBytesMax];
        try
        {
            Segment segment = SegmentOf(address);
            int read = segment.Read(start, address.Offset);
            return Frame.Check(start[..read], segment.Seed) == FrameCheck.HeaderDamaged
                || new Frame(start).Key.SequenceEqual(key);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            return true;
        }
    }

    private Segment SegmentOf(Address address) =>
        View.Find(address.Segment) ?? throw new StoreException(
            StoreFault.Damaged, $"Segment {address.Segment} is missing from the data folder.", null, address.Offset);
}
