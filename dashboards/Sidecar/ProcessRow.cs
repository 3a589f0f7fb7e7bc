using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>Is the runtime in the way?</summary>
internal static class ProcessRow
{
    public static Row Whole { get; } = new("The process", [Pauses, Collections, Heap, Cpu, Uptime, Opened]);

    private static Panel Pauses => Panel.Lines("Share of time in GC pauses", "percentunit",
        "All threads stand still. Below a percent nobody notices; above five the managed heap is too tight: look at *Native, "
        + "managed, unexplained* and at large bodies.",
        new Query("rate(thermocline_gc_pause_seconds_total{%}[$__rate_interval])", "{{instance}}"))
            .Coloured(new(0, "green"), new(0.05, "red"));

    private static Panel Collections => Panel.Bars("Collections by generation", "short",
        "Generation 0 is cheap. Generation 2 in every interval means pressure; the ladder's collect step is one of them.",
        new Query("sum by (generation) (increase(thermocline_gc_collections_total{%}[$__rate_interval]))", "generation {{generation}}"));

    private static Panel Heap => Panel.Lines("Managed heap", "bytes",
        "In use (garbage not yet collected included) and committed. Most of the store's memory is native and not here.",
        new Query("sum(thermocline_gc_heap_bytes{%})", "in use"),
        new Query("sum(thermocline_memory_managed_committed_bytes{%})", "committed"));

    private static Panel Cpu => Panel.Lines("Processor", "none",
        "Cores in use. Packing takes up to one in the background.",
        new Query("rate(thermocline_process_cpu_seconds_total{%}[$__rate_interval])", "{{instance}}"));

    private static Panel Uptime => Panel.Lines("Time since the start", "s",
        "A line that falls to zero is a restart. Nothing acknowledged as committed is lost by one.",
        new Query("thermocline_process_uptime_seconds{%}", "{{instance}}"));

    private static Panel Opened => Panel.Lines("Time the last start took, by version", "s",
        "Opening takes milliseconds after a clean stop and a scan of what was written since the last one after a crash.",
        new Query(
            "thermocline_store_open_seconds{%} * on (job, instance) group_left (version) thermocline_build_info{%}",
            "{{instance}} {{version}}"));
}
