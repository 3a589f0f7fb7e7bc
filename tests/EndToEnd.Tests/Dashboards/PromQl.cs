using System.Text;
using System.Text.RegularExpressions;

namespace Thermocline.EndToEnd.Tests.Dashboards;

/// <summary>What the tests do to expressions.</summary>
internal static partial class PromQl
{
    /// <summary>
    /// The expression with every comparison answering 0 or 1 instead of leaving out what it does not hold for: an alert that does
    /// not fire still shows that the series it is about are there and fit together.
    /// </summary>
    public static string WithoutFilters(string expression)
    {
        StringBuilder text = new();
        int at = 0;
        foreach (Match match in Comparison().Matches(expression).Where(match => match.Groups["operator"].Success))
        {
            text.Append(expression, at, match.Index - at).Append(match.Value).Append(" bool");
            at = match.Index + match.Length;
        }
        return text.Append(expression, at, expression.Length - at).ToString();
    }

    /// <summary>
    /// What Grafana sends: one sidecar chosen by its instance, any value and none of the labels a plain scrape does not have.
    /// </summary>
    /// <param name="expression">The expression in the dashboard's file.</param>
    /// <param name="instance">The chosen sidecar.</param>
    /// <param name="range">The seconds shown.</param>
    public static string AsGrafanaSends(string expression, string instance, int range) => expression
        .Replace("$__rate_interval", "4s", StringComparison.Ordinal) // Four times the interval of the scrape.
        .Replace("$__range", $"{range}s", StringComparison.Ordinal)
        .Replace("$instance", Regex.Escape(instance).Replace("\\", "\\\\", StringComparison.Ordinal), StringComparison.Ordinal)
        .Replace("$namespace", ".*", StringComparison.Ordinal)
        .Replace("$cluster", ".*", StringComparison.Ordinal)
        .Replace("$pod", ".*", StringComparison.Ordinal);

    // Quoted strings and the insides of selectors are passed over; what has its bool already is left alone.
    [GeneratedRegex("""'[^']*'|"[^"]*"|\{[^}]*\}|(?<operator>(?>==|!=|<=|>=|<|>))(?!\s*bool\b)""")]
    private static partial Regex Comparison();
}
