using System.Buffers;
using System.Globalization;
using System.Text;

namespace Thermocline.Sidecar.Metrics;

/// <summary>The Prometheus text format 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>Media type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes one family: HELP, TYPE, then its series.</summary>
    public static void Write(Family family, IBufferWriter<byte> output)
    {
        string type = family.Kind switch
        {
            FamilyKind.Counter => "counter",
            FamilyKind.Gauge => "gauge",
            FamilyKind.Histogram => "histogram",
        };
        StringBuilder text = new();
        text.Append("# HELP ").Append(family.Name).Append(' ').Append(EscapedHelp(family.Help)).Append('\n');
        text.Append("# TYPE ").Append(family.Name).Append(' ').Append(type).Append('\n');
        foreach ((LabelSet set, Series series) in family.Ordered())
        {
            if (family.Kind == FamilyKind.Histogram)
                AppendHistogram(text, family.Name, set, series);
            else
                AppendSample(text, family.Name, set, null, series.Value);
        }
        Encoding.UTF8.GetBytes(text.ToString(), output);
    }

    /// <summary>A number as the format writes it.</summary>
    public static string Number(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "+Inf" : "-Inf";
        return value.ToString("R", CultureInfo.InvariantCulture);
    }

    private static void AppendHistogram(StringBuilder text, string name, LabelSet set, Series series)
    {
        long count = 0;
        for (int bucket = 0; bucket <= Family.Bounds.Length; bucket++)
        {
            count += series.CountOf(bucket);
            double bound = bucket < Family.Bounds.Length ? Family.Bounds[bucket] : double.PositiveInfinity;
            AppendSample(text, name + "_bucket", set, Number(bound), count);
        }
        AppendSample(text, name + "_sum", set, null, series.Value);
        AppendSample(text, name + "_count", set, null, count);
    }

    private static void AppendSample(StringBuilder text, string name, LabelSet set, string? bound, double value)
    {
        text.Append(name);
        char before = '{';
        foreach ((string label, string labelValue) in set.Labels)
        {
            text.Append(before).Append(label).Append("=\"").Append(EscapedLabel(labelValue)).Append('"');
            before = ',';
        }
        if (bound is not null)
        {
            text.Append(before).Append("le=\"").Append(bound).Append('"');
            before = ',';
        }
        if (before == ',')
            text.Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string EscapedHelp(string help) =>
        help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapedLabel(string value) =>
        EscapedHelp(value).Replace("\"", "\\\"", StringComparison.Ordinal);
}
