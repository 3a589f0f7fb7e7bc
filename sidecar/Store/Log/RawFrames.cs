using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>The frames of a sealed raw segment. Damage ends the walk with an exception.</summary>
internal sealed class RawFrames(Segment segment, SegmentTrailer trailer) : IFrameCursor
{
    private readonly FrameScanner _scanner = new(segment.File, segment.Header, trailer.FramesEnd);

    public Frame Frame => _scanner.Frame;

    public Address Address => Address.Of(segment.Number, _scanner.Offset);

    public int FrameBytes => (int)_scanner.Length;

    public bool MoveNext()
    {
        if (!_scanner.MoveNext())
            return _scanner.Position == trailer.FramesEnd ? false : throw segment.Damaged(_scanner.Position, "frame");
        return _scanner.Kind == ScanKind.Frame ? true : throw segment.Damaged(_scanner.Offset, "frame");
    }
}
