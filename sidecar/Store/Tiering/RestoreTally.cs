using Thermocline.Store.Cold.Manifests;

namespace Thermocline.Store.Tiering;

/// <summary>Counts what a restoration did.</summary>
internal sealed class RestoreTally
{
    private long _bytes;
    private long _bytesAll;
    private int _segments;
    private int _segmentsAll;
    private long _records;
    private int _tails;
    private long _sequence;

    public RestoreProgress Progress => new(_segments, _segmentsAll, _bytes, _bytesAll);

    public RestoreReport Report => new(_segments, _tails, _records, _bytes, _sequence);

    public void Start(Manifest manifest)
    {
        _segmentsAll = manifest.Segments.Count;
        _bytesAll = manifest.Segments.Sum(static segment => segment.Bytes);
    }

    public void SegmentDone(ManifestSegment segment)
    {
        _segments++;
        _bytes += segment.Bytes;
        _records += segment.Frames;
        _sequence = Math.Max(_sequence, segment.LastSequence);
    }

    public void TailDone() => _tails++;
}
