using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Thermocline.Host.Tests.Fixture;

/// <summary>A strict reader of the Prometheus text format: what it cannot read fails the test.</summary>
internal sealed partial class MetricsText
{
    private readonly Dictionary<string, double> _values = [];

    public Dictionary<string, string> Types { get; } = [];

    public Dictionary<string, string> Help { get; } = [];

    public int Count => _values.Count;

    public static MetricsText Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        MetricsText read = new();
        foreach (string line in text[..^1].Split('\n'))
            read.Line(line);
        return read;
    }

    public double Value(string series, double? orElse = null) =>
        _values.TryGetValue(series, out double value) ? value : orElse ?? throw new KeyNotFoundException(series);

    private static string Unescape(string text) =>
        text.Replace("\\\\", "\u0001", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal)
            .Replace("\\\"", "\"", StringComparison.Ordinal).Replace('\u0001', '\\');

    private void Line(string line)
    {
        if (line.StartsWith("# HELP ", StringComparison.Ordinal))
        {
            string[] parts = line.Split(' ', 4);
            Assert.True(Help.TryAdd(parts[2], Unescape(parts[3])), "HELP twice: " + line);
            return;
        }
        if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
        {
            string[] parts = line.Split(' ');
            Assert.Contains(parts[3], (string[])["counter", "gauge", "histogram"]);
            Assert.True(Types.TryAdd(parts[2], parts[3]), "TYPE twice: " + line);
            return;
        }
        Match sample = Sample().Match(line);
        Assert.True(sample.Success, "not a sample: " + line);
        string name = sample.Groups["name"].Value;
        Assert.True(Types.ContainsKey(Suffix().Replace(name, "")) || Types.ContainsKey(name), "no TYPE before " + line);
        string number = sample.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal);
        string series = name + Unescape(sample.Groups["labels"].Value);
        Assert.True(_values.TryAdd(series, double.Parse(number, CultureInfo.InvariantCulture)), "twice: " + line);
    }

    [GeneratedRegex("""^(?<name>[a-z_]+[a-z0-9_]*)(?<labels>\{[a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*\})? (?<value>[-+0-9.eEInfNa]+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}
