using System.Buffers;
using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>The frames of a sealed raw segment, deltas made whole. Damage ends the walk with an exception.</summary>
internal sealed class RawFrames(Segment segment, SegmentTrailer trailer) : IFrameCursor, IDisposable
{
    private readonly FrameScanner _scanner = new(segment.File, segment.Header, trailer.FramesEnd);
    private byte[]? _restored;

    public Frame Frame => _restored is null ? _scanner.Frame : new(_restored);

    public Address Address => Address.Of(segment.Number, _scanner.Offset);

    public int FrameBytes => (int)_scanner.Length;

    public bool MoveNext()
    {
        Dispose();
        if (!_scanner.MoveNext())
            return _scanner.Position == trailer.FramesEnd ? false : throw segment.Damaged(_scanner.Position, "frame");
        if (_scanner.Kind != ScanKind.Frame)
            throw segment.Damaged(_scanner.Offset, "frame");
        if (_scanner.Frame.Codec != FrameCodec.Raw)
            _restored = segment.Restore(_scanner.Frame, _scanner.Offset);
        return true;
    }

    public void Dispose()
    {
        if (_restored is not null)
            ArrayPool<byte>.Shared.Return(_restored);
        _restored = null;
    }
}
