using System.Text.Json;
using Thermocline.Contract.Status;
using Thermocline.Memory.Caches;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary><c>/v1/status</c>.</summary>
internal static class StatusEndpoint
{
    private const int DamagesShownMax = 100;

    public static void Map(IEndpointRouteBuilder app, Parts parts) =>
        app.MapGet("/v1/status", async (HttpContext context) =>
        {
            SidecarStatus status = Of(parts.Plane.Store.Status, parts);
            context.Response.ContentType = "application/json";
            context.Response.Headers.CacheControl = "no-store";
            await JsonSerializer.SerializeAsync(
                context.Response.Body, status, StatusJson.Default.SidecarStatus, context.RequestAborted);
        }).WithMetadata(RouteScope.Guarded);

    private static SidecarStatus Of(StoreStatus store, Parts parts) => new()
    {
        Version = ProductVersion.Text,
        Tiers = new TiersReport
        {
            Hot = Of(store.Hot),
            Warm = Of(store.Warm),
            Cold = TierReports.ColdTier(store),
            HotTuning = TierReports.HotTuning(store.HotTuning),
        },
        Compression = TierReports.Compression(store.Packing),
        Packing = TierReports.Packing(store.Packing),
        Cold = TierReports.ColdStore(store.Cold, parts.Cold.Status),
        Degraded = parts.Cold.Degraded(store),
        Budget = Budget(parts),
        Pressure = parts.Governor.Report,
        Caches = Of(parts.Memories.Caches),
        Events = EventReports.Of(parts.Bus, parts.MemoryEvents),
        Log = new LogReport
        {
            Keys = store.Keys,
            Sequence = store.Sequence,
            Segments = store.Segments,
            Writes = store.Writes,
            Commits = store.Commits,
            Syncs = store.Syncs,
            Durability = parts.Plane.Store.Durability switch
            {
                DurabilityPolicy.Always => "always",
                DurabilityPolicy.Interval => "interval",
                DurabilityPolicy.Never => "never",
            },
            LatchedBy = store.LatchedBy,
            DiskFullBy = store.DiskFullBy,
        },
        Revision = parts.Force.Revision,
        ConfiguredRevision = parts.Force.Configuration.Revision,
        PendingRestart = parts.Force.PendingRestart,
        Recovery = Of(store.Recovery, store.Damages),
    };

    private static BudgetReport Budget(Parts parts)
    {
        Dictionary<string, long> components = parts.Plane.Store.Memory.Ledger.Figures
            .ToDictionary(static account => $"{account.Component}/{account.Part}", static account => account.Bytes);
        return new BudgetReport
        {
            Limit = parts.Force.Configuration.Budget.Limit,
            Ledger = components.Values.Sum(),
            ResidentBytes = Environment.WorkingSet,
            Components = components,
        };
    }

    private static CachesReport Of(CacheBudget caches) => new()
    {
        Limit = caches.BytesMax,
        Bytes = caches.Bytes,
        Caches = caches.Figures.ToDictionary(each => each.Name, each => new CacheReport(
            each.Entries, each.Bytes, each.BytesMax, each.Hits, each.Misses, each.Evictions, each.Outdated)),
    };

    private static TierReport Of(TierStatus tier) => new()
    {
        Entries = tier.Entries,
        Bytes = tier.Bytes,
        Limit = tier.Limit,
        Hits = tier.Hits,
        Misses = tier.Misses,
        Evictions = tier.Evictions,
    };

    private static RecoverySummary Of(RecoveryReport report, IReadOnlyList<Damage> damages) => new()
    {
        Clean = report.Clean,
        TookMs = report.Took.TotalMilliseconds,
        FramesReplayed = report.FramesReplayed,
        TornBytes = report.TornBytes,
        DamageCount = damages.Count,
        Damages =
        [
            .. damages.Take(DamagesShownMax)
                .Select(damage => new DamageReport(damage.File, damage.Offset, damage.Bytes, damage.What)),
        ],
    };
}
