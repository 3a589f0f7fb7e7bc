namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>Samples of one name.</summary>
/// <param name="Name">The name, with its unit.</param>
/// <param name="Kind">counter, gauge or histogram.</param>
/// <param name="Help">What it says.</param>
/// <param name="Read">The samples of this moment.</param>
internal sealed record Family(string Name, string Kind, string Help, Func<IEnumerable<Sample>> Read)
{
    public static Family Counter(string name, string help, Func<IEnumerable<Sample>> read) => new(name, "counter", help, read);

    public static Family Gauge(string name, string help, Func<IEnumerable<Sample>> read) => new(name, "gauge", help, read);

    public static Family Histogram(string name, string help, Func<IEnumerable<Sample>> read) => new(name, "histogram", help, read);
}
