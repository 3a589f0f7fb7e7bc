using System.Text.Json;
using Thermocline.Testing.Prometheus;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dashboards;

/// <summary>Every query of the dashboard and every rule, asked of a real Prometheus that scraped a real sidecar.</summary>
public sealed class WatchedSidecarTests(WatchedRun run) : IClassFixture<WatchedRun>
{
    // Expressions that answer nothing while all is well, even without their comparison, and what is asked instead.
    private static readonly Dictionary<string, string> Silent = new()
    {
        ["absent(thermocline_build_info)"] = "thermocline_build_info",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_panel_is_answered()
    {
        PrometheusServer prometheus = await run.UseAsync();
        List<string> unanswered = [];
        foreach ((string title, string expression) in DashboardFile.Read().Queries)
        {
            string sent = PromQl.AsGrafanaSends(expression, run.Instance, (int)(run.To - run.From));
            if (await TroubleAsync(prometheus, sent) is { } trouble)
                unanswered.Add($"{title}: {trouble}: {sent}");
        }
        Assert.True(unanswered.Count == 0, string.Join('\n', unanswered));
    }

    [Fact]
    public async Task Every_variable_offers_the_sidecar_or_may_be_anything()
    {
        PrometheusServer prometheus = await run.UseAsync();
        PrometheusAnswer answer = await prometheus.QueryAsync("thermocline_build_info", Cancellation);
        Assert.Equal(run.Instance, Assert.Single(answer.Series).Labels["instance"]);
        IEnumerable<JsonElement> variables = DashboardFile.Read().Root.GetProperty("templating").GetProperty("list").EnumerateArray()
            .Where(variable => variable.GetProperty("type").GetString() == "query");
        Assert.All(variables, variable => Assert.Equal(".*", variable.GetProperty("allValue").GetString()));
    }

    [Fact]
    public async Task Every_rule_is_evaluated_and_finds_its_series()
    {
        PrometheusServer prometheus = await run.UseAsync();
        IReadOnlyList<Rule> rules = RuleFile.Rules();
        IReadOnlyList<JsonElement> loaded = await prometheus.RulesAsync(Cancellation);
        Assert.Equal(
            rules.Select(rule => rule.Name).Order(StringComparer.Ordinal),
            loaded.Select(rule => rule.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(loaded, rule => Assert.Equal("ok", rule.GetProperty("health").GetString()));
        List<string> unanswered = [];
        foreach (Rule rule in rules)
        {
            string sent = Silent.GetValueOrDefault(rule.Expression) ?? PromQl.WithoutFilters(rule.Expression);
            if (await TroubleAsync(prometheus, sent) is { } trouble)
                unanswered.Add($"{rule.Name}: {trouble}: {sent}");
        }
        Assert.True(unanswered.Count == 0, string.Join('\n', unanswered));
    }

    [Fact]
    public async Task The_emergency_raises_its_alert_and_nothing_else_fires()
    {
        PrometheusServer prometheus = await run.UseAsync();
        PrometheusAnswer raised = await prometheus.RangeAsync("count by (alertname) (ALERTS)", run.From, run.To, Cancellation);
        Assert.Contains("ThermoclineRefusesWrites", raised.Series.Select(series => series.Labels["alertname"]));
        JsonElement refuses = (await prometheus.RulesAsync(Cancellation))
            .Single(rule => rule.GetProperty("name").GetString() == "ThermoclineRefusesWrites");
        string summary = refuses.GetProperty("alerts")[0].GetProperty("annotations").GetProperty("summary").GetString()!;
        Assert.Equal($"{run.Instance} refuses writes for want of memory", summary);
        PrometheusAnswer firing = await prometheus.RangeAsync(
            """count by (alertname) (ALERTS{alertstate="firing"})""", run.From, run.To, Cancellation);
        Assert.All(firing.Series, series => Assert.Contains(
            series.Labels["alertname"], (string[])["ThermoclineRefusesWrites", "ThermoclineOverBudget"]));
    }

    /// <summary>What is wrong with the answer; null when it has a series with a number in it.</summary>
    private async Task<string?> TroubleAsync(PrometheusServer prometheus, string expression)
    {
        PrometheusAnswer answer = await prometheus.RangeAsync(expression, run.From, run.To, Cancellation);
        return answer.Error
            ?? (answer.Series.Count == 0 ? "no series"
                : answer.Series.Any(series => series.Values.Any(double.IsFinite)) ? null : "no number");
    }
}
