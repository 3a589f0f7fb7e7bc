using System.Text.Json;
using Thermocline.Contract.Status;
using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Metrics;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary><c>/v1/status</c>.</summary>
internal static class StatusEndpoint
{
    private const int DamagesShownMax = 100;

    public static void Map(IEndpointRouteBuilder app, Parts parts) =>
        app.MapGet("/v1/status", async (HttpContext context) =>
        {
            SidecarStatus status = Of(parts.Plane.Store.Status, parts.Plane.Store.Durability, parts.Force);
            context.Response.ContentType = "application/json";
            context.Response.Headers.CacheControl = "no-store";
            await JsonSerializer.SerializeAsync(
                context.Response.Body, status, StatusJson.Default.SidecarStatus, context.RequestAborted);
        }).WithMetadata(RouteScope.Guarded);

    private static SidecarStatus Of(StoreStatus store, DurabilityPolicy policy, ConfigurationInForce force) => new()
    {
        Version = ProductVersion.Text,
        Tiers = new TiersReport { Hot = Of(store.Hot), Warm = Of(store.Warm) },
        Budget = Budget(store, force.Configuration.Budget.Limit),
        Log = new LogReport
        {
            Keys = store.Keys,
            Sequence = store.Sequence,
            Segments = store.Segments,
            Writes = store.Writes,
            Commits = store.Commits,
            Syncs = store.Syncs,
            Durability = policy switch
            {
                DurabilityPolicy.Always => "always",
                DurabilityPolicy.Interval => "interval",
                DurabilityPolicy.Never => "never",
            },
            LatchedBy = store.LatchedBy,
            DiskFullBy = store.DiskFullBy,
        },
        Revision = force.Revision,
        PendingRestart = force.PendingRestart,
        Recovery = Of(store.Recovery, store.Damages),
    };

    private static BudgetReport Budget(StoreStatus store, long limit)
    {
        Dictionary<string, long> components = new(StoreGauges.Ledger(store));
        return new BudgetReport
        {
            Limit = limit,
            Ledger = components.Values.Sum(),
            ResidentBytes = Environment.WorkingSet,
            Components = components,
        };
    }

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
