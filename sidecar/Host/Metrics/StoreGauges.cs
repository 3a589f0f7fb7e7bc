using System.Diagnostics.Metrics;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store;

namespace Thermocline.Sidecar.Metrics;

/// <summary>What the store says about itself. Tiers are labels, so that a new tier is a new series and no new name.</summary>
internal static class StoreGauges
{
    public static void AddTo(Meter meter, TieredStore store, Lifecycle lifecycle)
    {
        AddTiers(meter, store);
        AddLog(meter, store);
        meter.CreateObservableGauge("thermocline_memory_usage_bytes", () => Components(store.Status), null,
            "Memory by component, as the components count it themselves.");
        meter.CreateObservableGauge("thermocline_ready", () => lifecycle.NotReadyBecause(store.Status) is null ? 1L : 0L,
            null, "Whether the sidecar takes traffic.");
    }

    /// <summary>The ledger of memory: every component that counts its own bytes.</summary>
    public static IReadOnlyList<KeyValuePair<string, long>> Ledger(StoreStatus status) =>
    [
        new("hot", status.Hot.Bytes),
        new("index", status.IndexBytes),
        new("buffers", status.BufferBytes),
    ];

    private static void AddTiers(Meter meter, TieredStore store)
    {
        meter.CreateObservableGauge("thermocline_active_memories",
            () => PerTier(store.Status, tier => tier.Entries), null, "Records held by a tier.");
        meter.CreateObservableGauge("thermocline_tier_bytes",
            () => PerTier(store.Status, tier => tier.Bytes), null, "Bytes held by a tier.");
        meter.CreateObservableGauge("thermocline_tier_limit_bytes",
            () => PerTier(store.Status, tier => tier.Limit), null, "Bytes a tier may hold, 0 for no limit.");
        meter.CreateObservableCounter("thermocline_tier_misses_total",
            () => PerTier(store.Status, tier => tier.Misses), null, "Reads that asked a tier and went on to the next.");
        meter.CreateObservableCounter("thermocline_tier_evictions_total",
            () => PerTier(store.Status, tier => tier.Evictions), null, "Records that left a tier.");
        meter.CreateObservableCounter("thermocline_memory_reads_total", () => Reads(store.Status), null,
            "Reads by the tier that answered; tier none found nothing.");
        meter.CreateObservableCounter("thermocline_memory_writes_total", () => new Measurement<long>(store.Status.Writes,
            Label("tier", "warm")), null, "Frames written, by the tier that keeps them.");
    }

    private static void AddLog(Meter meter, TieredStore store)
    {
        meter.CreateObservableGauge("thermocline_store_keys", () => store.Status.Keys, null,
            "Live keys, expired ones not yet removed included.");
        meter.CreateObservableGauge("thermocline_store_segments", () => store.Status.Segments, null, "Segments on disk.");
        meter.CreateObservableGauge("thermocline_store_snapshots", () => store.Status.Snapshots, null, "Open snapshots.");
        meter.CreateObservableCounter("thermocline_store_received_bytes_total", () => store.Status.BytesIn, null,
            "Bytes of keys and values given to writes.");
        meter.CreateObservableCounter("thermocline_store_commits_total", () => store.Status.Commits, null, "Group commits.");
        meter.CreateObservableCounter("thermocline_store_syncs_total", () => store.Status.Syncs, null, "Syncs of the log.");
        meter.CreateObservableGauge("thermocline_store_latched", () => store.Status.LatchedBy is null ? 0L : 1L, null,
            "1 after a failed write or sync: no writes are taken until a restart.");
        meter.CreateObservableGauge("thermocline_store_damages", () => (long)store.Status.Recovery.Damages.Count, null,
            "Damaged places found when the store was opened.");
        meter.CreateObservableGauge("thermocline_store_open_seconds", () => store.Status.Recovery.Took.TotalSeconds, null,
            "Time the store took to open.");
    }

    private static Measurement<long>[] PerTier(StoreStatus status, Func<TierStatus, long> value) =>
    [
        new(value(status.Hot), Label("tier", "hot")),
        new(value(status.Warm), Label("tier", "warm")),
    ];

    private static Measurement<long>[] Reads(StoreStatus status) =>
    [
        new(status.Hot.Hits, Label("tier", "hot"), Label("cache_hit", "true")),
        new(status.Warm.Hits, Label("tier", "warm"), Label("cache_hit", "false")),
        new(status.Misses, Label("tier", "none"), Label("cache_hit", "false")),
    ];

    private static IEnumerable<Measurement<long>> Components(StoreStatus status) =>
        Ledger(status).Select(entry => new Measurement<long>(entry.Value, Label("component", entry.Key)));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
