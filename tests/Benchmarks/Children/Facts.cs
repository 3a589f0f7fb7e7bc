using System.Globalization;

namespace Thermocline.Benchmarks.Children;

/// <summary>Named numbers that a child process hands to its parent on one line.</summary>
internal sealed class Facts
{
    private readonly Dictionary<string, double> _values = [];

    public double this[string name]
    {
        get => _values.TryGetValue(name, out double value)
            ? value
            : throw new InvalidOperationException($"The child gave no \"{name}\".");
        set => _values[name] = value;
    }

    public static Facts Parse(string line)
    {
        var facts = new Facts();
        foreach (string pair in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=');
            facts[parts[0]] = double.Parse(parts[1], CultureInfo.InvariantCulture);
        }
        return facts;
    }

    public override string ToString() =>
        string.Join(' ', _values.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value:R}")));
}
