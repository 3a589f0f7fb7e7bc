using Thermocline.Store.Files;
using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>What a scan met.</summary>
internal enum ScanKind
{
    /// <summary>An intact frame.</summary>
    Frame,

    /// <summary>A frame whose key can be trusted and whose payload cannot.</summary>
    DamagedPayload,

    /// <summary>Bytes that are no frame, with a frame after them.</summary>
    DamagedStretch,
}

/// <summary>Walks the frames of a segment from the front, finding its way past damaged stretches.</summary>
internal sealed class FrameScanner(IFile file, SegmentHeader header, long end)
{
    private const int WindowBytes = 1 << 20;
    private byte[] _window = new byte[WindowBytes];
    private long _windowStart;
    private int _windowLength;
    private ulong _lastSequence = header.FirstSequence - 1;

    /// <summary>What stands at <see cref="Offset"/>.</summary>
    public ScanKind Kind { get; private set; }

    /// <summary>Offset of the current item.</summary>
    public long Offset { get; private set; }

    /// <summary>Length of the current item.</summary>
    public long Length { get; private set; }

    /// <summary>After the last item: where the frames ended.</summary>
    public long Position { get; private set; } = SegmentHeader.Bytes;

    /// <summary>The current frame, for the kinds that have one; valid until the next move.</summary>
    public Frame Frame => new(_window.AsSpan((int)(Offset - _windowStart), (int)Length));

    /// <summary>Goes on to the next item; false when no frame follows.</summary>
    public bool MoveNext()
    {
        FrameCheck check = Probe(Position, out int total, out ulong sequence);
        // A frame that does not continue the sequence is no frame of this place.
        if (check != FrameCheck.HeaderDamaged && sequence > _lastSequence)
        {
            Take(check == FrameCheck.Intact ? ScanKind.Frame : ScanKind.DamagedPayload, Position, total);
            _lastSequence = sequence;
            return true;
        }

        long next = FindNext(Position + Address.UnitBytes);
        if (next < 0)
            return false;
        Take(ScanKind.DamagedStretch, Position, next - Position);
        return true;
    }

    /// <summary>After the last item: bytes up to the last one that is not zero.</summary>
    public long RestBytes()
    {
        long last = Position;
        for (long at = Position; at < end;)
        {
            ReadOnlySpan<byte> bytes = Bytes(at, 64 << 10);
            if (bytes.IsEmpty)
                break;
            int index = bytes.LastIndexOfAnyExcept((byte)0);
            if (index >= 0)
                last = at + index + 1;
            at += bytes.Length;
        }

        return last - Position;
    }

    private void Take(ScanKind kind, long offset, long length)
    {
        Kind = kind;
        Offset = offset;
        Length = length;
        Position = offset + length;
    }

    private FrameCheck Probe(long offset, out int total, out ulong sequence)
    {
        total = 0;
        sequence = 0;
        ReadOnlySpan<byte> bytes = Bytes(offset, Frame.HeaderBytes);
        if (!Frame.IsPlausible(bytes))
            return FrameCheck.HeaderDamaged;
        total = new Frame(bytes).TotalBytes;
        if (offset + total > end)
            return FrameCheck.HeaderDamaged;
        bytes = Bytes(offset, total);
        sequence = new Frame(bytes).Sequence;
        return Frame.Check(bytes[..Math.Min(total, bytes.Length)], header.Seed);
    }

    /// <summary>Offset of the next frame at or after an offset, or -1. Only this segment's salt makes its checksums.</summary>
    private long FindNext(long offset)
    {
        while (offset + Frame.HeaderBytes <= end)
        {
            ReadOnlySpan<byte> bytes = Bytes(offset, 64 << 10);
            int nonZero = bytes.IndexOfAnyExcept((byte)0);
            if (nonZero < 0)
            {
                if (bytes.IsEmpty)
                    return -1;
                offset += Math.Max(Address.UnitBytes, bytes.Length & ~(Address.UnitBytes - 1));
                continue;
            }

            offset += nonZero & ~(Address.UnitBytes - 1);
            if (Probe(offset, out _, out ulong sequence) != FrameCheck.HeaderDamaged && sequence > _lastSequence)
                return offset;
            offset += Address.UnitBytes;
        }

        return -1;
    }

    /// <summary>Bytes from an offset on, at least as many as wanted unless the end is near.</summary>
    private ReadOnlySpan<byte> Bytes(long offset, int wanted)
    {
        wanted = (int)Math.Min(wanted, Math.Max(0, end - offset));
        if (offset < _windowStart || offset + wanted > _windowStart + _windowLength)
        {
            if (wanted > _window.Length)
                _window = new byte[Math.Max(wanted, _window.Length * 2)];
            _windowStart = offset;
            _windowLength = file.Read(_window.AsSpan(0, (int)Math.Min(_window.Length, Math.Max(0, end - offset))), offset);
        }

        return _window.AsSpan((int)(offset - _windowStart), (int)(_windowStart + _windowLength - offset));
    }
}
