using Thermocline.Store.Commit;
using Thermocline.Store.Hot;
using Thermocline.Store.Log;
using Thermocline.Store.Records;
using Thermocline.Store.Recovery;

namespace Thermocline.Store;

/// <summary>Puts the figures of a store together.</summary>
internal static class StatusReading
{
    public static StoreStatus Of(Opened opened, Committer committer)
    {
        RecordTable records = opened.Records;
        ReaderLanes lanes = records.Hot.Lanes;
        LogView view = records.Log.View;
        long hot = lanes.HotHits, warm = lanes.WarmHits, misses = lanes.Misses;
        return new StoreStatus
        {
            Keys = records.Index.Count,
            Sequence = committer.Sequence,
            Segments = view.Segments.Length,
            IndexBytes = records.Index.Bytes,
            BufferBytes = committer.BufferBytes,
            BytesIn = committer.BytesIn,
            Writes = committer.Writes,
            Commits = committer.Commits,
            Syncs = committer.Syncs,
            Misses = misses,
            Snapshots = opened.Undo.Count,
            LatchedBy = committer.Latch?.Message,
            Recovery = opened.Report,
            Damages = records.Damages.ToList(),
            Hot = new TierStatus
            {
                Entries = records.Hot.Entries,
                Bytes = records.Hot.Bytes,
                Limit = records.Hot.Limit,
                Hits = hot,
                Misses = warm + misses,
                Evictions = records.Hot.Evictions,
            },
            Warm = new TierStatus
            {
                Entries = records.Index.Count,
                Bytes = BytesOf(view),
                Hits = warm,
                Misses = misses,
            },
        };
    }

    private static long BytesOf(LogView view)
    {
        long bytes = 0;
        foreach (Segment segment in view.Segments)
            bytes += segment.LengthOrZero;
        return bytes;
    }
}
