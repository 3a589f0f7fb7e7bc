using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Commit;

/// <summary>The open end of the log: which segment is written, when the next one begins, and the sequence numbers.</summary>
internal sealed class LogAppender(
    IFiles files, StoreOptions options, ulong storeId, LogReader log, Sealer sealer, int lastNumber, ulong lastSequence)
{
    private int _number = lastNumber;
    private SegmentWriter? _writer;

    /// <summary>Sequence number of the last committed frame.</summary>
    public ulong LastSequence { get; private set; } = lastSequence;

    /// <summary>Tag of the last frame in the open segment, or 0.</summary>
    public ulong LastTag => _writer?.Summary.LastTag ?? 0;

    public long Synced => _writer!.Synced;

    public uint Seed => _writer!.Segment.Seed;

    public bool IsDirty => _writer is { IsDirty: true };

    /// <summary>Address after the last frame.</summary>
    public Address End => _writer is null ? Address.Of(_number + 1, 0) : Address.Of(_number, _writer.End);

    public long TailBytes => _writer?.Keys.Bytes ?? 0;

    /// <summary>Whether the open segment takes this much more.</summary>
    public bool HasRoom(long bytes, int frames) =>
        _writer is not null
        && (_writer.Summary.Count == 0
            || (_writer.End + bytes <= options.SegmentBytes && _writer.Summary.Count + frames <= options.SegmentFrames));

    /// <summary>Ends the open segment, synced, and begins the next.</summary>
    /// <exception cref="DiskFullException">There is no space for it: the same call later goes on from there.</exception>
    public void Roll(long nowMs, long firstBatchBytes)
    {
        if (_writer is not null)
        {
            // Under every policy: power lost after the next segment has frames must leave a prefix of the log.
            _writer.Sync();
            sealer.Add(new SealingJob(_writer.Segment, _writer.Finish().Seal));
            _writer = null;
        }

        sealer.CompleteRecovery();
        if (_number == Address.SegmentMax)
            throw new StoreException(StoreFault.Full, "The store has reached its largest number of segments.");
        var header = new SegmentHeader(_number + 1, SegmentSalt.Next(), nowMs, LastSequence + 1, storeId);
        _writer = SegmentWriter.Create(files, header, Math.Max(options.SegmentBytes, SegmentHeader.Bytes + firstBatchBytes));
        _number++;
        Segment added = _writer.Segment;
        log.Change(view => view.With(added));
    }

    /// <summary>Writes the frames of a group and gives the address of the first.</summary>
    public Address Append(GroupBuffer group)
    {
        Address start = End;
        ulong last = LastSequence + (ulong)group.Count;
        _writer!.Append(group.Bytes, group.Count, last, group.LastTag);
        LastSequence = last;
        return start;
    }

    /// <summary>Notes a frame's key for listings, once it is committed.</summary>
    public void NoteKey(in Frame frame, Address address) =>
        _writer!.Keys.Append(frame.Key, new KeyEntry(address, frame.Flags & FrameFlags.Tombstone, frame.ExpiresAtMs));

    public void Sync() => _writer?.Sync();

    /// <summary>Says that a write found space where there was none.</summary>
    public void NoteSpace() => sealer.TryAgain();

    /// <summary>Seals the open segment: the end of a clean stop. Returns the number of the last segment.</summary>
    /// <exception cref="DiskFullException">There is no space for that: the next open does it.</exception>
    public int Finish()
    {
        if (_writer is not null)
        {
            _writer.Sync();
            UnsealedSegment last = _writer.Finish();
            _writer = null;
            last.Seal();
        }

        return _number;
    }
}
