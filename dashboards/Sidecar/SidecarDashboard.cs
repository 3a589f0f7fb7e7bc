using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>The dashboard of the sidecars: why memory is where it is, and what was done about it.</summary>
internal static class SidecarDashboard
{
    public const string FileName = "sidecar.json";

    public static Dashboard Whole { get; } = new(
        "thermocline-sidecar",
        "Thermocline / Sidecar",
        "Where the memory of the sidecars is, what was done to keep it under its budget, and what that cost.",
        [
            new Mark(
                "ladder",
                """sum by (instance, step) (increase(thermocline_pressure_actions_total{%,step!="trim-caches"}[1m])) > 0""",
                "{{instance}}: {{step}}",
                "orange"),
        ],
        [
            OverviewRow.Whole,
            MemoryRow.Whole,
            LadderRow.Whole,
            CompressionRow.Whole,
            ReadsRow.Whole,
            RequestsRow.Whole,
            WritesRow.Whole,
            ColdRow.Whole,
            EventsRow.Whole,
            ProcessRow.Whole,
        ]);

    /// <summary>The file Grafana imports.</summary>
    public static string Json() => DashboardJson.Of(Whole);
}
