using System.Diagnostics;

namespace Thermocline.Benchmarks.Measure;

/// <summary>Durations of single operations, for percentiles.</summary>
internal sealed class Samples
{
    private readonly List<long> _ticks = [];

    public int Count => _ticks.Count;

    public void Add(long stopwatchTicks) => _ticks.Add(stopwatchTicks);

    public void Add(Samples other) => _ticks.AddRange(other._ticks);

    public void Sort() => _ticks.Sort();

    /// <summary>A percentile in nanoseconds of samples that were sorted before.</summary>
    public double PercentileNs(double percent)
    {
        if (_ticks.Count == 0)
            return 0;
        int rank = (int)Math.Ceiling(percent / 100 * _ticks.Count) - 1;
        return _ticks[Math.Clamp(rank, 0, _ticks.Count - 1)] * (1e9 / Stopwatch.Frequency);
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
            return 0;
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
