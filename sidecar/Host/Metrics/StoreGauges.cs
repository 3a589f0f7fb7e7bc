using System.Diagnostics.Metrics;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store;
using Thermocline.Store.Cold.Resilience;

namespace Thermocline.Sidecar.Metrics;

/// <summary>
/// What the store says about itself. Tiers are labels, so that a new tier is a new series and no new name. A scrape asks
/// the store once, so that its figures are of one moment.
/// </summary>
internal sealed class StoreGauges
{
    private readonly SidecarFigures _figures;
    private readonly Lifecycle _lifecycle;
    private StoreStatus _now;

    public StoreGauges(Meter meter, SidecarFigures figures, Lifecycle lifecycle)
    {
        _figures = figures;
        _lifecycle = lifecycle;
        _now = figures.Store.Status;
        AddTiers(meter);
        AddLog(meter);
    }

    /// <summary>Asks the store; every gauge then answers from this moment.</summary>
    public void Look()
    {
        _now = _figures.Store.Status;
        Wire = _figures.Cold.Status;
    }

    /// <summary>The store at the last look.</summary>
    public StoreStatus Now => _now;

    /// <summary>The cold store at the last look, or null when there is none.</summary>
    public ColdStatus? Wire { get; private set; }

    private void AddTiers(Meter meter)
    {
        meter.CreateObservableGauge("thermocline_memory_usage_bytes", Components, null,
            "Memory by component and part, as they charge it to the ledger.");
        meter.CreateObservableGauge("thermocline_active_memories", () => PerTier(tier => tier.Entries), null,
            "Records held by a tier.");
        meter.CreateObservableGauge("thermocline_tier_bytes", () => PerTier(tier => tier.Bytes), null,
            "Bytes held by a tier.");
        meter.CreateObservableGauge("thermocline_tier_limit_bytes", () => PerTier(tier => tier.Limit), null,
            "Bytes a tier may hold, 0 for no limit.");
        meter.CreateObservableGauge("thermocline_hot_compressed_bytes", Compressed, null,
            "Records of the hot tier that are compressed: what they would take plain, and what they take.");
        meter.CreateObservableCounter("thermocline_tier_misses_total", () => PerTier(tier => tier.Misses), null,
            "Reads that asked a tier and went on to the next.");
        meter.CreateObservableCounter("thermocline_tier_evictions_total", () => PerTier(tier => tier.Evictions), null,
            "Records that left a tier.");
        meter.CreateObservableCounter("thermocline_memory_reads_total", Reads, null,
            "Reads by the tier that answered; tier none found nothing.");
        meter.CreateObservableCounter("thermocline_memory_writes_total",
            () => new Measurement<long>(_now.Writes, Label("tier", "warm")), null,
            "Frames written, by the tier that keeps them.");
    }

    private void AddLog(Meter meter)
    {
        meter.CreateObservableGauge("thermocline_ready", () => _lifecycle.NotReadyBecause(_now) is null ? 1L : 0L, null,
            "Whether the sidecar takes traffic.");
        meter.CreateObservableGauge("thermocline_degraded", () => _figures.Cold.Degraded(_now).Count > 0 ? 1L : 0L, null,
            "Whether something is away while local data is served.");
        meter.CreateObservableGauge("thermocline_store_keys", () => _now.Keys, null,
            "Live keys, expired ones not yet removed included.");
        meter.CreateObservableGauge("thermocline_store_segments", () => (long)_now.Segments, null, "Segments on disk.");
        meter.CreateObservableGauge("thermocline_store_snapshots", () => (long)_now.Snapshots, null, "Open snapshots.");
        meter.CreateObservableCounter("thermocline_store_received_bytes_total", () => _now.BytesIn, null,
            "Bytes of keys and values given to writes.");
        meter.CreateObservableCounter("thermocline_store_commits_total", () => _now.Commits, null, "Group commits.");
        meter.CreateObservableCounter("thermocline_store_syncs_total", () => _now.Syncs, null, "Syncs of the log.");
        meter.CreateObservableGauge("thermocline_store_latched", () => _now.LatchedBy is null ? 0L : 1L, null,
            "1 after a failed write or sync: no writes are taken until a restart.");
        meter.CreateObservableGauge("thermocline_store_disk_full", () => _now.DiskFullBy is null ? 0L : 1L, null,
            "1 while writes are refused for want of disk space.");
        meter.CreateObservableGauge("thermocline_store_damages", () => (long)_now.Damages.Count, null,
            "Damaged places found, at most 1000.");
        meter.CreateObservableGauge("thermocline_store_open_seconds", () => _now.Recovery.Took.TotalSeconds, null,
            "Time the store took to open.");
    }

    private Measurement<long>[] PerTier(Func<TierStatus, long> value) =>
    [
        new(value(_now.Hot), Label("tier", "hot")),
        new(value(_now.Warm), Label("tier", "warm")),
        new(value(ColdOf(_now)), Label("tier", "cold")),
    ];

    private Measurement<long>[] Compressed() =>
    [
        new(_now.Hot.CompressedPlainBytes, Label("form", "plain")),
        new(_now.Hot.CompressedBytes, Label("form", "stored")),
    ];

    /// <summary>The last tier as the others are: what lives there alone. A read that went on from here found nothing.</summary>
    private static TierStatus ColdOf(StoreStatus now) => now.Cold is not { } cold ? new TierStatus() : new TierStatus
    {
        Entries = cold.ColdRecords,
        Bytes = cold.ColdBytes,
        Hits = cold.Hits,
        Misses = now.Misses,
        Evictions = cold.Promoted,
    };

    private Measurement<long>[] Reads() =>
    [
        new(_now.Hot.Hits, Label("tier", "hot"), Label("cache_hit", "true")),
        new(_now.Warm.Hits, Label("tier", "warm"), Label("cache_hit", "false")),
        new(_now.Cold?.Hits ?? 0, Label("tier", "cold"), Label("cache_hit", "false")),
        new(_now.Misses, Label("tier", "none"), Label("cache_hit", "false")),
    ];

    private IEnumerable<Measurement<long>> Components() =>
        _figures.Store.Memory.Ledger.Figures.Select(static account => new Measurement<long>(
            account.Bytes, Label("component", account.Component), Label("part", account.Part)));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
