using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>Do writes reach the disk, and how well are they grouped?</summary>
internal static class WritesRow
{
    public static Row Whole { get; } = new("Writes and the log", [Writes, Grouped, Received, Segments, Condition]);

    private static Panel Writes => Panel.Lines("Writes, commits, syncs", "ops",
        "Under `durability.policy: always` each commit has a sync, and a write is answered after it.",
        new Query("sum(rate(thermocline_memory_writes_total{%}[$__rate_interval]))", "writes"),
        new Query("sum(rate(thermocline_store_commits_total{%}[$__rate_interval]))", "commits"),
        new Query("sum(rate(thermocline_store_syncs_total{%}[$__rate_interval]))", "syncs"));

    private static Panel Grouped => Panel.Lines("Writes per commit", "short",
        "How many writers share a sync. 1 with a slow disk means that clients write one after another: batches would be faster.",
        new Query(
            "sum(rate(thermocline_memory_writes_total{%}[$__rate_interval])) / sum(rate(thermocline_store_commits_total{%}[$__rate_interval]))",
            "writes per commit"));

    private static Panel Received => Panel.Lines("Bytes written", "binBps",
        "Keys and values given to writes.",
        new Query("sum by (instance) (rate(thermocline_store_received_bytes_total{%}[$__rate_interval]))", "{{instance}}"));

    private static Panel Segments => Panel.Lines("Segments and snapshots", "short",
        "Files of the log, how many of them are packed, how many the bucket's manifest names, and readers that hold a moment "
        + "(exports). A snapshot that stays for hours keeps replaced values alive.",
        new Query("sum(thermocline_store_segments{%})", "segments"),
        new Query("sum(thermocline_packing_segments{%})", "packed"),
        new Query("sum(thermocline_cold_segments{%})", "in the bucket"),
        new Query("sum(thermocline_store_snapshots{%})", "snapshots"));

    private static Panel Condition => Panel.States("What needs a person",
        "ready and the rest of what a probe asks, over time. latched: a write or sync failed, restart after looking at the disk. "
        + "disk full: make space. degraded: the cold store is away, local data is served.",
        new Query("min by (instance) (thermocline_ready{%}) == bool 0", "{{instance}} not ready"),
        new Query("max by (instance) (thermocline_degraded{%})", "{{instance}} degraded"),
        new Query("max by (instance) (thermocline_store_latched{%})", "{{instance}} latched"),
        new Query("max by (instance) (thermocline_store_disk_full{%})", "{{instance}} disk full"),
        new Query("max by (instance) (thermocline_store_damages{%}) > bool 0", "{{instance}} damaged records"),
        new Query("max by (instance) (thermocline_packing_failing{%})", "{{instance}} packing fails"))
            .Naming(States.Unwanted).Wide(16);
}
