using Thermocline.Store.Commit;
using Thermocline.Store.Hot;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;
using Thermocline.Store.Packing;
using Thermocline.Store.Records;
using Thermocline.Store.Recovery;
using Thermocline.Store.Tiering;

namespace Thermocline.Store;

/// <summary>Puts the figures of a store together.</summary>
internal static class StatusReading
{
    public static StoreStatus Of(Opened opened, Committer committer, Packer packer, StageCounters stages,
        ColdTierStatus? cold, ColdReader reader)
    {
        RecordTable records = opened.Records;
        ReaderLanes lanes = records.Hot.Lanes;
        LogView view = records.Log.View;
        long hot = lanes.HotHits, warm = lanes.WarmHits, coldHits = lanes.ColdHits, misses = lanes.Misses;
        return new StoreStatus
        {
            Keys = records.Index.Count,
            Sequence = committer.Sequence,
            Segments = view.Segments.Length,
            IndexBytes = records.Index.Bytes,
            BufferBytes = opened.Accounts.Log.Bytes,
            BytesIn = committer.BytesIn,
            Writes = committer.Writes,
            DeltaFrames = committer.DeltaFrames,
            DeltaBytesSaved = committer.DeltaBytesSaved,
            Commits = committer.Commits,
            Syncs = committer.Syncs,
            Misses = misses,
            Snapshots = opened.Undo.Count,
            Packing = PackingOf(opened, packer, stages, view),
            Cold = cold is null ? null : ColdOf(cold, reader, view) with { Hits = coldHits },
            LatchedBy = committer.Latch?.Message,
            DiskFullBy = committer.DiskFullBy,
            Recovery = opened.Report,
            Damages = records.Damages.ToList(),
            Hot = new TierStatus
            {
                Entries = records.Hot.Entries,
                Bytes = records.Hot.Bytes,
                Limit = records.Hot.Limit,
                Hits = hot,
                Misses = warm + coldHits + misses,
                Evictions = records.Hot.Evictions,
                CompressedEntries = records.Hot.Compressed.Entries,
                CompressedPlainBytes = records.Hot.Compressed.PlainBytes,
                CompressedBytes = records.Hot.Compressed.StoredBytes,
            },
            Warm = new TierStatus
            {
                Entries = records.Index.Count,
                Bytes = BytesOf(view),
                Hits = warm,
                Misses = coldHits + misses,
            },
        };
    }

    private static ColdTierStatus ColdOf(ColdTierStatus cold, ColdReader reader, LogView view)
    {
        int segments = 0;
        long records = 0, bytes = 0;
        foreach (ISegment segment in view.Segments)
        {
            if (segment is not PackedSegment { IsStub: true, IsOpen: true } stub)
                continue;
            segments++;
            records += stub.Trailer.Frames;
            bytes += stub.Trailer.ChunksEnd;
        }

        return cold with
        {
            ColdSegments = segments,
            ColdRecords = records,
            ColdBytes = bytes,
            Fetches = reader.Fetches,
            FetchedBytes = reader.Bytes,
            FetchFailures = reader.Failures,
        };
    }

    private static PackingStatus PackingOf(Opened opened, Packer packer, StageCounters stages, LogView view)
    {
        long frames = 0, plain = 0, stored = 0;
        int packed = 0;
        foreach (ISegment segment in view.Segments)
        {
            if (segment is not PackedSegment { IsOpen: true } one)
                continue;
            packed++;
            frames += one.Trailer.Frames;
            plain += one.Directory.PlainBytes;
            stored += one.FullLength;
        }

        return new PackingStatus
        {
            Level = packer.Level,
            Segments = packed,
            Records = frames,
            PlainBytes = plain,
            StoredBytes = stored,
            Runs = packer.Runs,
            BytesIn = packer.BytesIn,
            BytesOut = packer.BytesOut,
            FramesDropped = packer.FramesDropped,
            LastFailure = packer.LastFailure,
            Stages = stages.Read(),
            FilterFalsePositives = stages.FilterFalsePositives,
            MemoryBytes = opened.Accounts.Directories.Bytes + opened.Accounts.Dictionaries.Bytes + opened.Accounts.Chunks.Bytes,
            ChunkCacheHits = opened.Share.Chunks.Hits,
            ChunkCacheMisses = opened.Share.Chunks.Misses,
        };
    }

    private static long BytesOf(LogView view)
    {
        long bytes = 0;
        foreach (ISegment segment in view.Segments)
            bytes += segment.LengthOrZero;
        return bytes;
    }
}
