using Thermocline.Contract.Status;
using Thermocline.Memory.Pruning;
using Thermocline.Store;

namespace Thermocline.Sidecar.Optimizing;

/// <summary>Deletes what is not worth its space, when rules say what that is, and packs what is due; or only looks.</summary>
internal static class Optimization
{
    /// <exception cref="StoreException">The disk failed. What was done counts.</exception>
    public static async Task<OptimizeReport> RunAsync(
        TieredStore store, OptimizeOrder order, TimeProvider time, CancellationToken cancellation)
    {
        (PruneRules rules, bool dry, IProgress<PruneFigures>? progress) = order;
        long started = time.GetTimestamp();
        StoreStatus before = store.Status;
        PruneFigures figures = await new PruneRun(store, rules, dry || !rules.ChooseAny ? null : PruneRun.Deleting(store))
            .RunAsync(progress, cancellation);
        // On the caller's thread: there is one such run at a time, and it is the work that was asked for.
        int packed = dry ? 0 : store.Pack(cancellation);
        StoreStatus after = store.Status;
        return new OptimizeReport
        {
            DryRun = dry,
            Scanned = figures.Scanned,
            ScannedBytes = figures.ScannedBytes,
            Old = figures.Old,
            OldBytes = figures.OldBytes,
            Minor = figures.Minor,
            MinorBytes = figures.MinorBytes,
            Chosen = figures.Chosen,
            ChosenBytes = figures.ChosenBytes,
            Deleted = figures.Deleted,
            Left = figures.Left,
            Unreadable = figures.Unreadable,
            Expired = rules.Collection is null ? Math.Max(0, before.Keys - figures.Scanned - figures.Unreadable) : 0,
            UnpackedSegments = after.Segments - after.Packing.Segments,
            Packed = packed,
            FileBytesBefore = before.Warm.Bytes,
            FileBytesAfter = after.Warm.Bytes,
            Seconds = time.GetElapsedTime(started).TotalSeconds,
        };
    }
}
