using System.Globalization;
using System.Text;

namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>The Prometheus text format 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>All families, each with its help, its kind and its samples.</summary>
    public static string Of(IEnumerable<Family> families)
    {
        var text = new StringBuilder();
        foreach (Family family in families)
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escaped(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Kind).Append('\n');
            foreach (Sample sample in family.Read())
                Append(text, family.Name, sample);
        }

        return text.ToString();
    }

    public static string Number(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "+Inf" : "-Inf";
        return value.ToString("R", CultureInfo.InvariantCulture);
    }

    private static void Append(StringBuilder text, string name, Sample sample)
    {
        text.Append(name).Append(sample.Suffix);
        char before = '{';
        foreach ((string label, string value) in sample.Labels)
        {
            text.Append(before).Append(label).Append("=\"").Append(Escaped(value).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            before = ',';
        }

        if (before == ',')
            text.Append('}');
        text.Append(' ').Append(Number(sample.Value)).Append('\n');
    }

    private static string Escaped(string words) =>
        words.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
