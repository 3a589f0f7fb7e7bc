using System.Diagnostics;

namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>What the process takes of its machine, under the names every Prometheus client uses.</summary>
internal static class ProcessFigures
{
    public static IEnumerable<Family> Families() =>
    [
        Family.Gauge("process_resident_memory_bytes", "Memory of the process.", static () => [Sample.Of(Environment.WorkingSet)]),
        Family.Counter("process_cpu_seconds_total", "Processor time of the process.", static () => [Sample.Of(Environment.CpuUsage.TotalTime.TotalSeconds)]),
        Family.Gauge("process_start_time_seconds", "When it was started.", static () => [Sample.Of(StartSeconds())]),
        Family.Gauge("thermocline_operator_managed_heap_bytes", "Memory of the managed heap.",
            static () => [Sample.Of(GC.GetTotalMemory(forceFullCollection: false))]),
    ];

    private static double StartSeconds()
    {
        using var process = Process.GetCurrentProcess();
        return Math.Round(new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0, 1);
    }
}
