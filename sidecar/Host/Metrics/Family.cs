using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Thermocline.Sidecar.Metrics;

/// <summary>Kinds of metric the text format knows.</summary>
internal enum FamilyKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>All series of one instrument. Their number is bounded: what comes after is counted, not kept.</summary>
internal sealed class Family
{
    /// <summary>Series one instrument may have.</summary>
    public const int SeriesMax = 1_000;

    /// <summary>Upper bounds of histogram buckets, in seconds; a last one without bound follows.</summary>
    public static readonly double[] Bounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<LabelSet, Series> _series = new(new LabelSetComparer());
    private long _dropped;

    public Family(Instrument instrument)
    {
        Name = instrument.Name;
        Help = instrument.Description ?? "";
        Kind = KindOf(instrument);
    }

    /// <summary>Name with prefix and unit.</summary>
    public string Name { get; }

    /// <summary>What it counts.</summary>
    public string Help { get; }

    /// <summary>What kind it is.</summary>
    public FamilyKind Kind { get; }

    /// <summary>Measurements that would have made one series too many.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The series, ordered by their label values so that two scrapes read alike.</summary>
    public IEnumerable<KeyValuePair<LabelSet, Series>> Ordered() =>
        _series.OrderBy(entry => string.Join('\0', entry.Key.Labels.Select(label => label.Value)), StringComparer.Ordinal);

    /// <summary>Takes a measurement in.</summary>
    public void Record(double measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, bool absolute)
    {
        var lookup = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        if (!lookup.TryGetValue(tags, out Series? series))
        {
            // A few threads may pass the limit together; it bounds memory, not a count somebody relies on.
            if (_series.Count >= SeriesMax)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }
            series = _series.GetOrAdd(LabelSetComparerOf(tags), _ => new Series(Bounds.Length + 1));
        }
        if (Kind == FamilyKind.Histogram)
            series.Observe(BucketOf(measurement), measurement);
        else if (absolute)
            series.Set(measurement);
        else
            series.Add(measurement);
    }

    private static LabelSet LabelSetComparerOf(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        new LabelSetComparer().Create(tags);

    private static int BucketOf(double seconds)
    {
        int at = Array.BinarySearch(Bounds, seconds);
        return at >= 0 ? at : ~at;
    }

    private static FamilyKind KindOf(Instrument instrument) => instrument switch
    {
        Histogram<double> => FamilyKind.Histogram,
        Counter<long> or ObservableCounter<long> or ObservableCounter<double> => FamilyKind.Counter,
        UpDownCounter<long> or ObservableGauge<long> or ObservableGauge<double> => FamilyKind.Gauge,
        _ => throw new NotSupportedException($"{instrument.Name} is an instrument the exposition does not know."),
    };
}
