using System.Buffers;
using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Packed;

/// <summary>The records of a packed segment as frames, a chunk at a time.</summary>
internal sealed class PackedFrames(PackedSegment segment) : IFrameCursor, IDisposable
{
    private readonly List<(RecordEntry Entry, int Body)> _records = [];
    private byte[] _bytes = [];
    private byte[]? _frame;
    private int _chunk = -1;
    private int _record;

    public Frame Frame => new(_frame);

    public Address Address => _records[_record].Entry.Address;

    public int FrameBytes => _records[_record].Entry.LogBytes;

    public bool MoveNext()
    {
        Free();
        _record++;
        while (_record >= _records.Count)
        {
            if (++_chunk >= segment.Directory.Chunks)
                return false;
            Load();
        }

        (RecordEntry entry, int body) = _records[_record];
        _frame = segment.FrameOf(_chunk, segment.View(_chunk, _bytes), entry, body, allowDuplicate: true);
        return true;
    }

    public void Dispose() => Free();

    private void Load()
    {
        _bytes = segment.ReadChunk(_chunk);
        _records.Clear();
        _record = 0;
        ChunkView.Walk walk = segment.View(_chunk, _bytes).GetEnumerator();
        while (walk.MoveNext())
            _records.Add((walk.Current, walk.BodyStart));
        if (walk.IsDamaged)
            throw segment.Damaged(segment.Directory.ChunkOffsets[_chunk], "entries of a chunk");
    }

    private void Free()
    {
        if (_frame is not null)
            ArrayPool<byte>.Shared.Return(_frame);
        _frame = null;
    }
}
