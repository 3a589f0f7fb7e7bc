using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>How small is it made, and at which cost?</summary>
internal static class CompressionRow
{
    public static Row Whole { get; } = new("Compression and packing",
        [Ratio, Level, StageBytes, StageCost, HotSaved, Packed, Dropped, Working, Records]);

    private static Panel Ratio => Panel.Lines("Compression ratio", "none",
        "Bytes of packed records before over after. A ratio that falls: other records than the dictionaries were trained on; "
        + "they are trained anew by themselves.",
        new Query("thermocline_compression_ratio{%}", "{{instance}}"))
            .From(1);

    private static Panel Level => Panel.States("Level in force",
        "Off is the kill switch (`compression.level: Off`): nothing new is made smaller, all stays readable. Adaptive moves "
        + "between the others by itself.",
        new Query("max by (instance) (thermocline_compression_level{%})", "{{instance}}"))
            .Naming(States.Level);

    private static Panel StageBytes => Panel.Lines("What the stages save", "percentunit",
        "Share of its input that each stage took away. dedup counts equal values, zstd does most of the work.",
        new Query(
            "1 - sum by (stage) (rate(thermocline_compression_bytes_out_total{%}[$__rate_interval])) "
            + "/ sum by (stage) (rate(thermocline_compression_bytes_in_total{%}[$__rate_interval]))",
            "{{stage}}"))
            .BelowZeroToo().UpTo(1);

    private static Panel StageCost => Panel.Lines("Throughput of the stages", "binBps",
        "Bytes a stage was given for each second it worked. Balanced makes about 100 MB/s of text on one core.",
        new Query(
            "sum by (stage) (rate(thermocline_compression_bytes_in_total{%}[$__rate_interval])) "
            + "/ sum by (stage) (rate(thermocline_compression_seconds_total{%}[$__rate_interval]))",
            "{{stage}}"));

    private static Panel HotSaved => Panel.Lines("RAM saved by compressing hot records", "bytes",
        "What the compressed part of the hot tier would take more if it were kept as it was written.",
        new Query(
            """sum(thermocline_hot_compressed_bytes{%,form="plain"}) - sum(thermocline_hot_compressed_bytes{%,form="stored"})""",
            "saved"));

    private static Panel Packed => Panel.Lines("Packing", "binBps",
        "Bytes of files that packing read and of those it made. The distance is disk space given back.",
        new Query("sum(rate(thermocline_packing_bytes_in_total{%}[$__rate_interval]))", "in"),
        new Query("sum(rate(thermocline_packing_bytes_out_total{%}[$__rate_interval]))", "out"));

    private static Panel Dropped => Panel.Bars("Packing runs and dead frames dropped", "short",
        "Files made, and frames that were replaced or deleted and whose space came back.",
        new Query("sum(increase(thermocline_packing_runs_total{%}[$__rate_interval]))", "runs"),
        new Query("sum(increase(thermocline_packing_frames_dropped_total{%}[$__rate_interval]))", "frames dropped"));

    private static Panel Working => Panel.Lines("RAM for packed segments", "bytes",
        "Directories, filters, dictionaries and restored chunks: what it takes to read a packed record with one call to the disk.",
        new Query("sum(thermocline_packing_memory_bytes{%})", "memory"));

    private static Panel Records => Panel.Lines("Packed records", "short",
        "Records that lie in packed segments. What was written last waits for its segment to be sealed.",
        new Query("sum(thermocline_compression_records{%})", "records"));
}
