using System.Collections.Concurrent;

namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>Counters that differ in the value of two labels. Their number is bounded: what comes after counts as "other".</summary>
internal sealed class Counts(string firstLabel, string secondLabel)
{
    private const int SeriesMax = 1_000;
    private const string Other = "other";

    private readonly ConcurrentDictionary<(string First, string Second), long> _counts = new();

    public IEnumerable<Sample> Samples => _counts
        .OrderBy(static each => each.Key.First, StringComparer.Ordinal).ThenBy(static each => each.Key.Second, StringComparer.Ordinal)
        .Select(each => new Sample("", [new(firstLabel, each.Key.First), new(secondLabel, each.Key.Second)], each.Value));

    public long this[string first, string second] => _counts.GetValueOrDefault((first, second));

    /// <summary>Shows a series before anything was counted, so that a rate has where to start from.</summary>
    public void Begin(string first, string second) => Add(first, second, 0);

    public void Add(string first, string second, long amount = 1)
    {
        (string, string) key = _counts.Count < SeriesMax || _counts.ContainsKey((first, second)) ? (first, second) : (Other, Other);
        _counts.AddOrUpdate(key, amount, (_, before) => before + amount);
    }
}
