using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;
using Thermocline.Store.Records;

namespace Thermocline.Store.Recovery;

/// <summary>
/// Brings the index up to date with the log: replays the segments that the index snapshot does not cover, from their key
/// tables where these are good, else frame by frame; cuts what a crash left unfinished, and seals.
/// </summary>
internal sealed class Recoverer(IFiles files, RecordTable records, Identity identity, KeyHash hash, int coveredSegment)
{
    private ulong _lastSequence;
    private long _framesReplayed;
    private readonly List<Damage> _torn = [];
    private readonly List<SealingJob> _unfinished = [];

    /// <summary>Whether nothing had to be read.</summary>
    public bool IsClean => _framesReplayed == 0 && _torn.Count == 0;

    public long FramesReplayed => _framesReplayed;

    /// <summary>What was cut off.</summary>
    public IReadOnlyList<Damage> Torn => _torn;

    /// <summary>What could not be done because the disk is full, in order. Nothing may be written to the log before it is.</summary>
    public IReadOnlyList<SealingJob> Unfinished => _unfinished;

    /// <summary>Sequence number of the last frame, or 0 when nothing was replayed.</summary>
    public ulong LastSequence => _lastSequence;

    /// <summary>Replays what is not covered. Returns the segments that exist afterwards.</summary>
    public LogView Run(List<ISegment> segments)
    {
        RemoveEmptyTail(segments);
        var view = new LogView([.. segments]);
        records.Log.Change(_ => view);
        for (int i = 0; i < segments.Count; i++)
        {
            if (segments[i].Last > coveredSegment)
                Replay(segments[i], segments.Count - 1 - i);
        }

        return view;
    }

    /// <summary>Deletes segments at the end of the log that were created but never got a whole frame.</summary>
    private void RemoveEmptyTail(List<ISegment> segments)
    {
        while (segments.Count > 0 && segments[^1] is Segment last && last.Number > coveredSegment && IsEmpty(last))
        {
            last.Dispose();
            files.Delete(last.Path);
            files.SyncDirectory(last.Path[..last.Path.LastIndexOf('/')]);
            segments.RemoveAt(segments.Count - 1);
        }
    }

    private bool IsEmpty(Segment segment)
    {
        try
        {
            if (segment.TryReadTrailer(out _))
                return false;
            ScannedSegment scanned = ScannedSegment.Scan(segment, segment.Length);
            int count = scanned.CountAfterCrash();
            if (count == 0)
                NoteTorn(segment, SegmentHeader.Bytes, scanned);
            return count == 0;
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            // A segment's header is synced before its first frame is written: no whole header, no frame. But a header
            // that both copies lost to damage has frames behind it, which only their absence of zeros can tell.
            return !HasBytesAfterHeader(segment);
        }
    }

    private void NoteTorn(Segment segment, long end, ScannedSegment scanned)
    {
        long bytes = scanned.End - end + scanned.RestBytes;
        if (bytes > 0)
            _torn.Add(new Damage(segment.Path, end, bytes, "unfinished bytes after the last whole frame, cut off"));
    }

    private bool HasBytesAfterHeader(Segment segment)
    {
        using IFile file = files.Open(segment.Path);
        var bytes = new byte[Frame.HeaderBytes];
        return file.Read(bytes, SegmentHeader.Bytes) > 0 && bytes.AsSpan().ContainsAnyExcept((byte)0);
    }

    private void Replay(ISegment segment, int younger)
    {
        if (segment is PackedSegment packed)
            ReplayPacked(packed);
        else if (segment is Segment raw)
            ReplayRaw(raw, younger);
    }

    /// <summary>Of a packed segment the keys say it all.</summary>
    private void ReplayPacked(PackedSegment segment)
    {
        try
        {
            if (segment.Header.StoreId != identity.ShortId)
                throw segment.Damaged(0, "segment header: the segment of another store");
            segment.Keys = segment.OpenKeys(records.Damages.Add);
            if (!TryReplayKeys(segment))
            {
                segment.Keys = segment.ScanKeys(records.Damages.Add);
                TryReplayKeys(segment);
            }

            _framesReplayed += segment.Trailer.Frames;
            _lastSequence = Math.Max(_lastSequence, segment.Trailer.LastSequence);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            records.Damages.Add(failure);
            segment.Keys = new TailKeys();
        }
    }

    private void ReplayRaw(Segment segment, int younger)
    {
        try
        {
            if (segment.Header.StoreId != identity.ShortId)
                throw segment.Damaged(0, "segment header: the segment of another store");
            if (segment.TryReadTrailer(out SegmentTrailer trailer) && TryReplayTable(segment, trailer))
            {
                if (younger < LogView.UnsealedMax)
                    Finish(segment, () => WriteAgain(segment, trailer.FramesEnd, segment.Length));
                return;
            }

            ReplayFrames(segment, younger == 0, trailer);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            // A whole segment that cannot be read is reported; the others are served.
            records.Damages.Add(failure);
            segment.Keys = new TailKeys();
        }

        if (segment.HeaderDamage is { } copy)
            records.Damages.Add(copy);
    }

    /// <summary>
    /// Writes bytes over themselves and syncs. When a sync fails, the kernel may forget that pages were dirty and yet show
    /// them to readers: what the process before us could not sync looks whole and is not on the disk. Only segments that
    /// were not sealed when it stopped, or were just being sealed, can be in that state.
    /// </summary>
    private static void WriteAgain(Segment segment, long start, long end)
    {
        var buffer = new byte[(int)Math.Min(1 << 20, end - start)];
        for (long at = start; at < end;)
        {
            int read = segment.File.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
            segment.File.Write(buffer.AsSpan(0, read), at);
            at += read;
        }

        segment.File.Flush();
    }

    private bool TryReplayTable(Segment segment, in SegmentTrailer trailer)
    {
        segment.Keys = new KeyTable(segment, trailer);
        if (!TryReplayKeys(segment))
            return false;
        _framesReplayed += trailer.Frames;
        _lastSequence = Math.Max(_lastSequence, trailer.LastSequence);
        return true;
    }

    private bool TryReplayKeys(ISegment segment)
    {
        try
        {
            var newest = new KeyRun();
            IKeyCursor cursor = segment.Keys!.Seek([]);
            while (cursor.MoveNext())
            {
                if (!newest.Take(cursor))
                {
                    Apply(newest);
                    newest.Restart(cursor);
                }
            }

            Apply(newest);
            return true;
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            records.Damages.Add(failure);
            return false;
        }
    }

    private void Apply(KeyRun run)
    {
        if (run.IsEmpty)
            return;
        KeyEntry entry = run.Entry;
        records.Publish(run.Key, entry.Address, [], (entry.Flags & FrameFlags.Tombstone) != 0);
    }

    private void ReplayFrames(Segment segment, bool isLast, in SegmentTrailer trailer)
    {
        bool isSealed = trailer.FramesEnd > 0;
        ScannedSegment scanned = ScannedSegment.Scan(segment, isSealed ? trailer.FramesEnd : segment.Length);
        // Every segment but the last was synced whole before the next one had a frame: nothing in it can be torn.
        int count = isSealed || !isLast ? scanned.Items.Count : scanned.CountAfterCrash();
        var keys = new TailKeys();
        FramesSummary summary = ApplyFrames(segment, scanned, count, keys);
        segment.Keys = keys;
        if (isSealed)
            return;
        NoteTorn(segment, summary.End, scanned);
        Finish(segment, () =>
        {
            WriteAgain(segment, 0, summary.End);
            new UnsealedSegment(segment, summary, keys).Seal();
        });
    }

    /// <summary>Does what is left to do to a segment, or, on a full disk, leaves it to the sealer: it can be read as it is.</summary>
    private void Finish(Segment segment, Action work)
    {
        try
        {
            if (_unfinished.Count == 0)
            {
                work();
                return;
            }
        }
        catch (DiskFullException)
        {
            // See above.
        }

        _unfinished.Add(new SealingJob(segment, work));
    }

    /// <summary>Reads the kept frames again, one by one, and makes each the current one of its key.</summary>
    private FramesSummary ApplyFrames(Segment segment, ScannedSegment scanned, int count, TailKeys keys)
    {
        long end = count == 0 ? SegmentHeader.Bytes : scanned.Items[count - 1].Offset + scanned.Items[count - 1].Length;
        var scanner = new FrameScanner(segment.File, segment.Header, end);
        var summary = new FramesSummary(SegmentHeader.Bytes, 0, segment.Header.FirstSequence - 1, 0);
        long stretch = -1;
        while (scanner.MoveNext())
        {
            if (scanner.Kind == ScanKind.DamagedStretch)
            {
                records.Damages.Add(new Damage(segment.Path, scanner.Offset, scanner.Length, "frame"));
                stretch = scanner.Offset;
                continue;
            }

            if (scanner.Kind == ScanKind.DamagedPayload)
                records.Damages.Add(new Damage(segment.Path, scanner.Offset, scanner.Length, "value of a frame"));
            Frame frame = scanner.Frame;
            // The frame after a damaged stretch says whose frame stood before it.
            if (stretch >= 0 && frame.PreviousTag != 0)
                records.PublishDamaged(frame.PreviousTag, Address.Of(segment.Number, stretch));
            stretch = -1;
            records.Publish(frame.Key, Address.Of(segment.Number, scanner.Offset), [], frame.IsTombstone);
            keys.Append(frame.Key, segment.EntryOf(scanner));
            summary = new FramesSummary(scanner.Position, summary.Count + 1, frame.Sequence, hash.Tag(frame.Key));
            _framesReplayed++;
        }

        _lastSequence = Math.Max(_lastSequence, summary.LastSequence);
        return summary with { End = end };
    }
}
