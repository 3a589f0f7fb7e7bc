using System.Diagnostics.Metrics;

namespace Thermocline.Sidecar.Metrics;

/// <summary>What the operating system and the runtime say about the process.</summary>
internal static class ProcessGauges
{
    public static void AddTo(Meter meter, TimeProvider time)
    {
        long started = time.GetTimestamp();
        meter.CreateObservableGauge("thermocline_process_resident_memory_bytes", () => Environment.WorkingSet, null,
            "Memory the operating system says the process holds.");
        meter.CreateObservableCounter("thermocline_process_cpu_seconds_total",
            () => Environment.CpuUsage.TotalTime.TotalSeconds, null, "Processor time used.");
        meter.CreateObservableGauge("thermocline_process_uptime_seconds",
            () => time.GetElapsedTime(started).TotalSeconds, null, "Time since the sidecar started.");
        meter.CreateObservableGauge("thermocline_gc_heap_bytes", () => GC.GetTotalMemory(forceFullCollection: false), null,
            "Managed memory in use, garbage not yet collected included.");
        meter.CreateObservableCounter("thermocline_gc_pause_seconds_total",
            () => GC.GetTotalPauseDuration().TotalSeconds, null, "Time all threads stood still for garbage collection.");
        meter.CreateObservableCounter("thermocline_gc_collections_total", Collections, null, "Garbage collections.");
        meter.CreateObservableGauge("thermocline_build_info", () => new Measurement<long>(1,
            new KeyValuePair<string, object?>("version", ProductVersion.Text)), null, "Always 1; the label is the version.");
    }

    private static Measurement<long>[] Collections() =>
    [
        .. Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation => new Measurement<long>(
            GC.CollectionCount(generation), new KeyValuePair<string, object?>("generation", $"{generation}"))),
    ];
}
