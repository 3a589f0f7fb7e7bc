using Thermocline.Store.Compression;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;
using Thermocline.Store.Records;

namespace Thermocline.Store.Packing;

/// <summary>What packing came to.</summary>
/// <param name="Segment">The new file.</param>
/// <param name="FramesIn">Frames read.</param>
/// <param name="FramesOut">Frames kept.</param>
/// <param name="BytesIn">Bytes of the files it replaces.</param>
/// <param name="BytesOut">Bytes of the new file.</param>
internal sealed record Packed(PackedSegment Segment, long FramesIn, long FramesOut, long BytesIn, long BytesOut);

/// <summary>
/// Makes one packed segment of neighbouring files: copies what is current, held by a snapshot, or a deletion that older
/// files may need; drops the rest. The new file gets its name when it is whole and synced; the old ones go after that. A
/// crash in between leaves both, and the next open deletes the old ones.
/// </summary>
internal sealed class SegmentPacker(
    IFiles files, RecordTable records, KeyHash hash, PackedShare share, Dictionaries dictionaries, long sampleBytes,
    Action syncLog, TimeProvider time)
{
    /// <summary>Tombstones that are not yet in the index snapshot are only dropped when they are this share, in percent.</summary>
    private const int TombstonePercentMin = 25;
    /// <summary>Buffers of the writer and its encoder, and the keys of a segment of small records.</summary>
    private const long WriterBytes = 4 << 20;
    private readonly List<(ulong Tag, Address Address)> _expired = [];

    /// <summary>Packs files into one, and puts it in their place.</summary>
    /// <param name="inputs">Sealed, undamaged neighbours.</param>
    /// <param name="settings">How; the dictionaries are chosen here.</param>
    /// <param name="coveredSegment">Last segment that the index snapshot on disk covers.</param>
    /// <param name="pace">Told of bytes read, to hold a rate or to stop by raising an exception.</param>
    /// <exception cref="StoreException">An input is damaged: it stays as it is. Or the disk failed: nothing changed.</exception>
    public Packed Run(IReadOnlyList<ISegment> inputs, PackedSettings settings, int coveredSegment, Action<int> pace)
    {
        // The sample is there twice while a dictionary is trained on it.
        long scratch = WriterBytes + (2 * Math.Min(sampleBytes, inputs.Sum(static input => input.LengthOrZero)));
        share.Scratch.Charge(scratch);
        try
        {
            return RunCharged(inputs, settings, coveredSegment, pace);
        }
        finally
        {
            share.Scratch.Release(scratch);
        }
    }

    private Packed RunCharged(IReadOnlyList<ISegment> inputs, PackedSettings settings, int coveredSegment, Action<int> pace)
    {
        int first = inputs[0].First, last = inputs[^1].Last;
        (ulong storeId, long createdMs) = OriginOf(inputs[0]);
        var header = new PackedHeader(first, last, SegmentSalt.Next(), createdMs, storeId);
        string path = PackedNames.PathOf(first, last, createdMs, PackedNames.Suffix);
        string unfinished = PackedNames.PathOf(first, last, createdMs, PackedNames.UnfinishedSuffix);
        settings = settings with { Dictionaries = settings.TrainsDictionaries ? Sample(inputs, settings.Level, pace) : [] };
        bool dropsTombstones = MayDropTombstones(inputs, coveredSegment);
        ISegment[] older = [.. records.Log.View.Segments.ToArray().Where(segment => segment.Last < first)];
        _expired.Clear();
        long framesIn = 0, framesOut = 0, length;
        files.Delete(unfinished);
        try
        {
            using (IFile file = files.Create(unfinished, 0))
            {
                using var writer = new PackedWriter(file, header, settings);
                foreach (ISegment input in inputs)
                    framesIn += Copy(input, writer, dropsTombstones, older, pace);
                framesOut = writer.Count;
                writer.Finish(inputs.Max(static input => LastSequenceOf(input)));
                length = file.Length;
            }

            // What was dropped was replaced or deleted by frames that may not be on the disk yet.
            syncLog();
            files.Rename(unfinished, path);
            files.SyncDirectory(RelativePath.Parent(path));
        }
        catch
        {
            TryDelete(unfinished);
            throw;
        }
        finally
        {
            foreach (PackedSegment segment in older.OfType<PackedSegment>())
                segment.ForgetFilter();
        }

        var output = new PackedSegment(files, share, first, last, path, null);
        records.Log.Change(view => view.Replacing(output));
        foreach ((ulong tag, Address address) in _expired)
            records.RemoveExpired(tag, address);
        return new Packed(output, framesIn, framesOut, Remove(inputs, path), length);
    }

    private IReadOnlyList<CollectionDictionary> Sample(IReadOnlyList<ISegment> inputs, CompressionLevel level, Action<int> pace)
    {
        PackingLevel packing = PackingLevel.Of(level);
        if (packing.Codec != Codec.Zstd)
            return [];
        if (dictionaries.IsEmpty && records.Log.View.Segments.ToArray().OfType<PackedSegment>().LastOrDefault() is { } newest)
            dictionaries.Adopt(newest);
        var samples = new CollectionSamples(inputs.Sum(static input => input.LengthOrZero), sampleBytes);
        foreach (ISegment input in inputs)
        {
            IFrameCursor frames = FramesOf(input);
            using var _ = frames as IDisposable;
            while (frames.MoveNext())
            {
                if (!frames.Frame.IsTombstone)
                    samples.Add(frames.Frame);
                pace(frames.FrameBytes);
            }
        }

        return dictionaries.For(samples, packing);
    }

    private long Copy(ISegment input, PackedWriter writer, bool dropsTombstones, ISegment[] older, Action<int> pace)
    {
        long count = 0;
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        IFrameCursor frames = FramesOf(input);
        using var _ = frames as IDisposable;
        while (frames.MoveNext())
        {
            count++;
            Frame frame = frames.Frame;
            ulong tag = hash.Tag(frame.Key);
            pace(frames.FrameBytes);
            bool tombstone = frame.IsTombstone;
            if (!tombstone && records.Places.IsCurrent(tag, frames.Address))
            {
                // A snapshot sees the moment it was taken at, when the record may not have been over.
                if (frame.IsExpired(nowMs) && !records.HasSnapshots)
                {
                    _expired.Add((tag, frames.Address));
                    tombstone = true;
                }
            }
            else if (!tombstone && !records.IsHeld(tag, frames.Address))
            {
                continue;
            }

            if (tombstone && dropsTombstones && !records.HasSnapshots && !IsInAny(older, tag, frame.Key))
                continue;
            writer.Add(frames.Address, frames.FrameBytes, tag, frame, tombstone);
        }

        return count;
    }

    /// <summary>
    /// A deletion must outlive every older version of its key, in case the index is made again from the log, and the index
    /// snapshot that still names one of them. Where deletions are many, the snapshot is given up for them.
    /// </summary>
    private bool MayDropTombstones(IReadOnlyList<ISegment> inputs, int coveredSegment)
    {
        if (inputs[^1].Last <= coveredSegment)
            return true;
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        long frames = 0, deletions = 0;
        foreach (ISegment input in inputs)
        {
            IKeyCursor keys = KeysOf(input).Seek([]);
            while (keys.MoveNext())
            {
                frames++;
                KeyEntry entry = keys.Entry;
                if ((entry.Flags & FrameFlags.Tombstone) != 0 || (entry.ExpiresAtMs != 0 && entry.ExpiresAtMs <= nowMs))
                    deletions++;
            }
        }

        if (deletions == 0 || deletions * 100 < frames * TombstonePercentMin)
            return false;
        files.Delete(Index.IndexSnapshotFile.Path);
        files.SyncDirectory(RelativePath.Root);
        return true;
    }

    private bool IsInAny(ISegment[] older, ulong tag, ReadOnlySpan<byte> key)
    {
        foreach (ISegment segment in older)
        {
            if (segment is PackedSegment packed)
            {
                if (packed.MayContain(tag))
                    return true;
                continue;
            }

            IKeyCursor keys = KeysOf(segment).Seek(key);
            if (keys.MoveNext() && keys.Key.SequenceEqual(key))
                return true;
        }

        return false;
    }

    private IKeySource KeysOf(ISegment segment) => segment.Keys ??= segment.OpenKeys(records.Damages.Add);

    /// <summary>Deletes the files that were replaced and returns how many bytes they had.</summary>
    private long Remove(IReadOnlyList<ISegment> inputs, string replacedBy)
    {
        long bytes = 0;
        foreach (ISegment input in inputs)
        {
            bytes += input.LengthOrZero;
            input.Dispose();
            if (input.Path != replacedBy)
                TryDelete(input.Path);
        }

        return bytes;
    }

    /// <summary>A file that cannot be deleted now is at the next open: the one in its place says that it is not needed.</summary>
    private void TryDelete(string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (IOException)
        {
            // See above.
        }
    }

    public static IFrameCursor FramesOf(ISegment segment) => segment switch
    {
        PackedSegment packed => new PackedFrames(packed),
        Segment raw when raw.TryReadTrailer(out SegmentTrailer trailer) => new RawFrames(raw, trailer),
        _ => throw new StoreException(StoreFault.Damaged, $"{segment.Path} has no trailer.", segment.Path, 0),
    };

    private static ulong LastSequenceOf(ISegment segment) => segment switch
    {
        PackedSegment packed => packed.Trailer.LastSequence,
        Segment raw when raw.TryReadTrailer(out SegmentTrailer trailer) => trailer.LastSequence,
        _ => 0,
    };

    private static (ulong StoreId, long CreatedMs) OriginOf(ISegment segment) => segment switch
    {
        PackedSegment packed => (packed.Header.StoreId, packed.Header.CreatedMs),
        Segment raw => (raw.Header.StoreId, raw.Header.CreatedMs),
        _ => throw new InvalidOperationException("A file of the log is raw or packed."),
    };
}
