using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>Is anything wrong right now? The worst of the chosen sidecars decides.</summary>
internal static class OverviewRow
{
    private static readonly Step[] NoneIsFine = [new(0, "green"), new(1, "red")];

    public static Row Whole { get; } = new("At a glance: the worst of the chosen sidecars",
    [
        Panel.Figure("Ready", "none",
            "Whether every chosen sidecar takes traffic. `no`: ask its `/healthz/ready`, which says why in one line.",
            "min(thermocline_ready{%})")
            .Naming(States.Wanted).Coloured(new(0, "red"), new(1, "green")),
        Panel.Figure("Pressure", "none",
            "State of the ladder. calm: below the high mark. routine: cheap relief runs, nobody should notice. critical: the "
            + "emergency steps run. refusing: new writes get 429 while reads and deletes go on.",
            "max(thermocline_pressure_state{%})")
            .Naming(States.Pressure),
        Panel.Figure("Budget in use", "percentunit",
            "Memory held against `budget.limit`. Relief starts at the high mark (75 %), the emergency at the critical one (90 %). "
            + "Full of cache below the high mark is healthy: memory that is not used serves nobody.",
            "max(thermocline_memory_used_bytes{%} / thermocline_budget_limit_bytes{%})")
            .Coloured(new(0, "green"), new(0.75, "yellow"), new(0.9, "red")),
        Panel.Figure("Writes refused", "short",
            "Writes answered with 429 in the shown time. They were not acknowledged and nothing of them is stored; clients that "
            + "honour `Retry-After` try again.",
            "sum(increase(thermocline_writes_refused_total{%}[$__range]))")
            .Coloured(NoneIsFine),
        Panel.Figure("Records", "short", "Live keys of all chosen sidecars, wherever they lie.", "sum(thermocline_store_keys{%})"),
        Panel.Figure("Compression", "none",
            "Bytes of packed records before over after. Text memories reach 2.5 to 3.5; 1 means that nothing is packed yet.",
            "avg(thermocline_compression_ratio{%})"),
        Panel.Figure("A lost node would lose", "s",
            "Age of the recovery point: what was written since is on the local disk alone. It should stay near "
            + "`tiers.cold.shipIntervalSeconds`. No value: no cold store is configured.",
            "max(time() - thermocline_cold_recovery_point_timestamp_seconds{%})")
            .Coloured(new(0, "green"), new(120, "yellow"), new(900, "red")),
        Panel.Figure("Troubles", "short",
            "Stores that are latched or have no disk space, damaged places, packing that fails, sidecars that are degraded. "
            + "Anything but 0 has an alert and a paragraph in docs/OPERATIONS.md.",
            "sum(thermocline_store_latched{%} + thermocline_store_disk_full{%} + thermocline_store_damages{%} "
            + "+ thermocline_packing_failing{%} + thermocline_degraded{%})")
            .Coloured(NoneIsFine),
    ]);
}
