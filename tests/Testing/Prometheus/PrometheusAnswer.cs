using System.Globalization;
using System.Text.Json;

namespace Thermocline.Testing.Prometheus;

/// <summary>What Prometheus answered to a query.</summary>
/// <param name="Error">Why it did not; null when it did.</param>
/// <param name="Series">The series; a scalar is one without labels.</param>
public sealed record PrometheusAnswer(string? Error, IReadOnlyList<PrometheusSeries> Series)
{
    /// <summary>The newest value of the first series; null when there is none.</summary>
    public double? First => Series.Count == 0 ? null : Series[0].Values[^1];

    internal static PrometheusAnswer Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (root.GetProperty("status").GetString() != "success")
            return new PrometheusAnswer(root.GetProperty("error").GetString(), []);
        JsonElement answer = root.GetProperty("data");
        JsonElement result = answer.GetProperty("result");
        return new PrometheusAnswer(null, answer.GetProperty("resultType").GetString() == "scalar"
            ? [new PrometheusSeries(new Dictionary<string, string>(), [Number(result)])]
            : [.. result.EnumerateArray().Select(Series)]);

        static PrometheusSeries Series(JsonElement series) => new(
            series.GetProperty("metric").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!),
            series.TryGetProperty("values", out JsonElement values) ? [.. values.EnumerateArray().Select(Number)]
                : [Number(series.GetProperty("value"))]);
    }

    // A sample is [time, "number"].
    private static double Number(JsonElement sample) => sample[1].GetString() switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        string text => double.Parse(text, CultureInfo.InvariantCulture),
        null => double.NaN,
    };
}
