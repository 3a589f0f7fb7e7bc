using Thermocline.Store.Accounting;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Hot;
using Thermocline.Store.Index;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;
using Thermocline.Store.Records;

namespace Thermocline.Store.Recovery;

/// <summary>A store brought up to date, before anything is written to it.</summary>
internal sealed record Opened(
    StoreAccounts Accounts,
    Identity Identity,
    KeyHash Hash,
    RecordTable Records,
    SnapshotUndo Undo,
    PackedShare Share,
    IndexSnapshotFile? Snapshot,
    ulong LastSequence,
    int LastSegment,
    IReadOnlyList<SealingJob> Unfinished,
    RecoveryReport Report);

/// <summary>Puts the parts of a store together from what is on disk.</summary>
internal static class Opening
{
    public static Opened Run(StoreOptions options, IFiles files, RemoteChunks remote, TimeProvider time)
    {
        var accounts = new StoreAccounts(options.Ledger);
        try
        {
            return Run(options, accounts, files, remote, time);
        }
        catch
        {
            accounts.Dispose();
            throw;
        }
    }

    private static Opened Run(StoreOptions options, StoreAccounts accounts, IFiles files, RemoteChunks remote, TimeProvider time)
    {
        long started = time.GetTimestamp();
        var damages = new DamageLog();
        var share = new PackedShare(
            new ChunkCache(options.ChunkCacheBytes, accounts.Chunks), new DictionaryCache(accounts.Dictionaries), accounts.Directories,
            accounts.Packing);
        List<ISegment> segments = LogFiles.Find(files, share, remote, damages);
        Identity identity = IdentityFile.ReadOrCreate(files, segments.Count > 0, damages, time);
        IndexSnapshotFile? snapshot = OpenSnapshot(files, identity, segments, damages);
        KeyHash hash = identity.CreateHash();
        HashIndex index = snapshot is null ? new HashIndex(accounts.Index) : new HashIndex(snapshot, accounts.Index);
        var hot = new HotTier(options.HotBytes, index, hash, accounts.Hot, accounts.HotCompression);
        var undo = new SnapshotUndo(options.SnapshotsMax, options.SnapshotUndoMax);
        var records = new RecordTable(hash, index, hot, new LogReader(), undo, damages, time);
        var recoverer = new Recoverer(files, records, identity, hash, (int)(snapshot?.Header.LastSegment ?? 0));
        LogView view = recoverer.Run(segments);
        var report = new RecoveryReport
        {
            Clean = recoverer.IsClean && damages.ToList().Count == 0,
            Took = time.GetElapsedTime(started),
            FramesReplayed = recoverer.FramesReplayed,
            Torn = recoverer.Torn,
            Damages = damages.ToList(),
        };
        ulong lastSequence = Math.Max(snapshot?.Header.LastSequence ?? 0, recoverer.LastSequence);
        return new Opened(
            accounts, identity, hash, records, undo, share, snapshot, lastSequence, view.Last?.Last ?? 0, recoverer.Unfinished, report);
    }

    private static IndexSnapshotFile? OpenSnapshot(
        IFiles files, Identity identity, List<ISegment> segments, DamageLog damages)
    {
        IndexSnapshotFile? snapshot = IndexSnapshotFile.TryOpen(files, damages.Add);
        if (snapshot is null)
            return null;
        // A snapshot of another store, or of segments that are gone, says nothing about this log.
        long last = snapshot.Header.LastSegment;
        if (snapshot.Header.StoreId == identity.StoreId && segments.Exists(segment => segment.First <= last && last <= segment.Last))
            return snapshot;
        snapshot.Dispose();
        return null;
    }
}
