using System.Diagnostics;

namespace Thermocline.Testing.Budget;

/// <summary>Durations of reads, by the phase they fell into and by whether RAM answered.</summary>
public sealed class ReadLatencies
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(ReadPhase Phase, bool Hot), List<float>> _microseconds = [];

    internal void Add(ReadPhase phase, bool hot, long stopwatchTicks)
    {
        float us = (float)(stopwatchTicks * 1e6 / Stopwatch.Frequency);
        lock (_gate)
        {
            if (!_microseconds.TryGetValue((phase, hot), out List<float>? list))
                _microseconds[(phase, hot)] = list = [];
            list.Add(us);
        }
    }

    /// <summary>How many reads there were.</summary>
    public int Count(ReadPhase phase, bool hot)
    {
        lock (_gate)
            return _microseconds.GetValueOrDefault((phase, hot))?.Count ?? 0;
    }

    /// <summary>A percentile in microseconds; 0 where there were no reads.</summary>
    public double PercentileUs(ReadPhase phase, bool hot, double percent)
    {
        float[] sorted;
        lock (_gate)
            sorted = [.. _microseconds.GetValueOrDefault((phase, hot)) ?? []];
        if (sorted.Length == 0)
            return 0;
        Array.Sort(sorted);
        return sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
