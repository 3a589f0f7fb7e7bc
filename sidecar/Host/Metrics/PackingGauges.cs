using System.Diagnostics.Metrics;
using Thermocline.Store;

namespace Thermocline.Sidecar.Metrics;

/// <summary>What packing and compression did. Stages are labels.</summary>
internal static class PackingGauges
{
    public static void AddTo(Meter meter, Func<PackingStatus> now)
    {
        AddCompression(meter, now);
        meter.CreateObservableGauge("thermocline_packing_segments", () => (long)now().Segments, null, "Packed segments.");
        meter.CreateObservableGauge("thermocline_packing_memory_bytes", () => now().MemoryBytes, null,
            "Memory of directories, filters, dictionaries and restored chunks.");
        meter.CreateObservableCounter("thermocline_packing_runs_total", () => now().Runs, null, "Packed segments made.");
        meter.CreateObservableCounter("thermocline_packing_bytes_in_total", () => now().BytesIn, null,
            "Bytes of the files that packed segments replaced.");
        meter.CreateObservableCounter("thermocline_packing_bytes_out_total", () => now().BytesOut, null,
            "Bytes of the packed segments made.");
        meter.CreateObservableCounter("thermocline_packing_frames_dropped_total", () => now().FramesDropped, null,
            "Dead frames whose space was given back.");
        meter.CreateObservableGauge("thermocline_packing_failing", () => now().LastFailure is null ? 0L : 1L, null,
            "1 while packing fails and is tried again.");
        meter.CreateObservableCounter("thermocline_chunk_cache_hits_total", () => now().ChunkCacheHits, null,
            "Chunks found in memory.");
        meter.CreateObservableCounter("thermocline_chunk_cache_misses_total", () => now().ChunkCacheMisses, null,
            "Chunks that had to be read, or fetched, and restored.");
    }

    private static void AddCompression(Meter meter, Func<PackingStatus> now)
    {
        meter.CreateObservableGauge("thermocline_compression_ratio", () => now().Ratio, null,
            "Bytes of packed records before over bytes after; 1 when nothing is packed.");
        meter.CreateObservableGauge("thermocline_compression_records", () => now().Records, null, "Records in packed segments.");
        meter.CreateObservableCounter("thermocline_compression_bytes_in_total",
            () => Each(now(), stage => stage.BytesIn), null, "Bytes given to a stage.");
        meter.CreateObservableCounter("thermocline_compression_bytes_out_total",
            () => Each(now(), stage => stage.BytesOut), null, "Bytes a stage made of them.");
        meter.CreateObservableCounter("thermocline_compression_seconds_total",
            () => now().Stages.Select(stage => new Measurement<double>(stage.Took.TotalSeconds, Label(stage))), null,
            "Time a stage took.");
    }

    private static IEnumerable<Measurement<long>> Each(PackingStatus now, Func<StageStatus, long> value) =>
        now.Stages.Select(stage => new Measurement<long>(value(stage), Label(stage)));

    private static KeyValuePair<string, object?> Label(StageStatus stage) => new("stage", stage.Name);
}
