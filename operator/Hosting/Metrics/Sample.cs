namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>One line of a family.</summary>
/// <param name="Suffix">What follows the family's name, such as <c>_bucket</c>.</param>
/// <param name="Labels">Names and values.</param>
/// <param name="Value">The number.</param>
internal sealed record Sample(string Suffix, IReadOnlyList<KeyValuePair<string, string>> Labels, double Value)
{
    /// <summary>A value without labels.</summary>
    public static Sample Of(double value) => new("", [], value);

    /// <summary>A value with one label.</summary>
    public static Sample Of(string label, string of, double value) => new("", [new(label, of)], value);
}
