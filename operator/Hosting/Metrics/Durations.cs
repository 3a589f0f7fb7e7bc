using System.Collections.Concurrent;

namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>Histograms of seconds that differ in the value of one label.</summary>
internal sealed class Durations(string label)
{
    private const int SeriesMax = 200;

    /// <summary>Upper bounds of the buckets; a last one without bound follows.</summary>
    public static IReadOnlyList<double> Bounds { get; } = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly ConcurrentDictionary<string, Buckets> _series = new();

    public IEnumerable<Sample> Samples =>
        _series.OrderBy(static each => each.Key, StringComparer.Ordinal).SelectMany(each => each.Value.Samples(label, each.Key));

    /// <summary>Shows a series before anything was observed.</summary>
    public void Begin(string of) => _series.TryAdd(of, new Buckets());

    public void Observe(string of, TimeSpan took)
    {
        if (_series.Count < SeriesMax || _series.ContainsKey(of))
            _series.GetOrAdd(of, static _ => new Buckets()).Observe(took.TotalSeconds);
    }

    private sealed class Buckets
    {
        private readonly Lock _gate = new();
        private readonly long[] _counts = new long[Bounds.Count + 1];
        private double _sum;

        public void Observe(double seconds)
        {
            int bucket = 0;
            while (bucket < Bounds.Count && seconds > Bounds[bucket])
                bucket++;
            lock (_gate)
            {
                _counts[bucket]++;
                _sum += seconds;
            }
        }

        public IEnumerable<Sample> Samples(string label, string of)
        {
            long[] counts;
            double sum;
            lock (_gate)
                (counts, sum) = ([.. _counts], _sum);
            long below = 0;
            for (int bucket = 0; bucket < counts.Length; bucket++)
            {
                below += counts[bucket];
                double bound = bucket < Bounds.Count ? Bounds[bucket] : double.PositiveInfinity;
                yield return new Sample("_bucket", [new(label, of), new("le", PrometheusText.Number(bound))], below);
            }

            yield return new Sample("_sum", [new(label, of)], sum);
            yield return new Sample("_count", [new(label, of)], below);
        }
    }
}
