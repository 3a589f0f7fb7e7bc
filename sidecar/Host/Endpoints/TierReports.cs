using Thermocline.Contract.Status;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store;
using Thermocline.Store.Cold.Resilience;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>The parts of the status that are about compression and the cold store.</summary>
internal static class TierReports
{
    public static CompressionReport Compression(PackingStatus packing) => new()
    {
        Level = packing.Level.ToString(),
        Ratio = packing.Ratio,
        Records = packing.Records,
        PlainBytes = packing.PlainBytes,
        StoredBytes = packing.StoredBytes,
        Stages = [.. packing.Stages.Select(stage => new StageReport(stage.Name, stage.BytesIn, stage.BytesOut, stage.Took.TotalSeconds))],
    };

    public static PackingReport Packing(PackingStatus packing) => new()
    {
        Segments = packing.Segments,
        Runs = packing.Runs,
        BytesIn = packing.BytesIn,
        BytesOut = packing.BytesOut,
        FramesDropped = packing.FramesDropped,
        FilterFalsePositives = packing.FilterFalsePositives,
        MemoryBytes = packing.MemoryBytes,
        ChunkCacheHits = packing.ChunkCacheHits,
        ChunkCacheMisses = packing.ChunkCacheMisses,
        LastFailure = packing.LastFailure,
    };

    public static HotTuningReport HotTuning(HotTuningStatus tuning) => new()
    {
        CeilingBytes = tuning.CeilingBytes,
        Bytes = tuning.Bytes,
        PredictedHitRatio = tuning.PredictedHitRatio,
        Why = tuning.Why,
    };

    public static ColdTierReport ColdTier(StoreStatus store) => store.Cold is not { } cold ? new ColdTierReport() : new ColdTierReport
    {
        Entries = cold.ColdRecords,
        Bytes = cold.ColdBytes,
        Objects = cold.ColdSegments,
        Hits = cold.Hits,
        Misses = store.Misses,
    };

    public static ColdStoreReport? ColdStore(ColdTierStatus? tier, ColdStatus? wire) =>
        tier is null || wire is null ? null : new ColdStoreReport
        {
            Name = tier.Name,
            Available = tier.Available,
            Claimed = tier.Claimed,
            SingleWriter = tier.SingleWriter,
            Epoch = tier.Epoch,
            RecoveryPoint = tier.RecoveryPoint,
            RecoverySequence = tier.RecoverySequence,
            Segments = tier.Segments,
            Bytes = tier.Bytes,
            Shipped = tier.Shipped,
            ShippedBytes = tier.ShippedBytes,
            Evicted = tier.Evicted,
            Promoted = tier.Promoted,
            Fetches = tier.Fetches,
            FetchedBytes = tier.FetchedBytes,
            FetchFailures = tier.FetchFailures,
            GarbageDeleted = tier.GarbageDeleted,
            Circuit = ColdWords.Of(wire.Circuit),
            CircuitOpenings = wire.Openings,
            LostAnswersFound = wire.LostAnswersFound,
            LastFailure = tier.LastFailure ?? wire.LastFailure,
            LastFailureAt = wire.LastFailureAt,
            Operations = [.. wire.Operations.Select(Of)],
        };

    private static ColdOperationReport Of(ColdOperationStatus each) => new(
        ColdWords.Of(each.Operation), each.Requests, each.Failures, each.Retries, each.Rejections, each.BytesIn, each.BytesOut,
        each.Requests == 0 ? 0 : each.LatencySum.TotalMilliseconds / each.Requests, each.LatencyMax.TotalMilliseconds);
}
