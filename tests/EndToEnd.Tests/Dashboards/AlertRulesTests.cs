using System.Text.RegularExpressions;
using Thermocline.Testing.Prometheus;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dashboards;

/// <summary>The alerts: what promtool says of them, and that each one leads to its paragraph.</summary>
public sealed partial class AlertRulesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promtool_finds_no_mistake_in_the_rules()
    {
        (int code, string output) = await Promtool.RunAsync(PrometheusProgram.Need(), ["check", "rules", RuleFile.Path], Cancellation);
        Assert.True(code == 0, output);
        Assert.Contains($"SUCCESS: {RuleFile.Rules().Count} rules found", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_alert_fires_when_it_should_and_only_then()
    {
        (int code, string output) = await Promtool.RunAsync(PrometheusProgram.Need(), ["test", "rules", RuleFile.TestsPath], Cancellation);
        Assert.True(code == 0, output);
    }

    [Fact]
    public void Every_alert_has_a_unit_test_in_which_it_fires_and_one_in_which_nothing_does()
    {
        var tests = RuleFile.Tests().ToDictionary(test => test.Name, test => test.Expected);
        foreach (Rule alert in RuleFile.Rules().Where(rule => rule.IsAlert))
        {
            Assert.True(tests.TryGetValue(alert.Name, out IReadOnlyList<string>? expected), $"{alert.Name} has no unit test");
            Assert.Contains(expected, each => each.Contains($"alertname=\"{alert.Name}\"", StringComparison.Ordinal));
            Assert.Contains(expected, each => each.Length == 0);
        }
    }

    [Fact]
    public void Every_alert_says_how_bad_it_is_what_to_do_and_where_to_read_on()
    {
        string operations = File.ReadAllText(DashboardFile.PathOf("docs/OPERATIONS.md"));
        string[] anchors = [.. Heading().Matches(operations).Select(match => match.Groups[1].Value)];
        foreach (Rule alert in RuleFile.Rules().Where(rule => rule.IsAlert))
        {
            Assert.Contains(alert.Labels["severity"], (string[])["warning", "critical"]);
            Assert.NotEmpty(alert.Annotations["summary"]);
            Assert.NotEmpty(alert.Annotations["description"]);
            Assert.Equal($"docs/OPERATIONS.md#{alert.Name.ToLowerInvariant()}", alert.Annotations["runbook_url"]);
            Assert.Contains(alert.Name, anchors);
        }
        Assert.Equal(
            RuleFile.Rules().Where(rule => rule.IsAlert).Select(rule => rule.Name).Order(StringComparer.Ordinal),
            anchors.Where(anchor => anchor.StartsWith("Thermocline", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^### (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
