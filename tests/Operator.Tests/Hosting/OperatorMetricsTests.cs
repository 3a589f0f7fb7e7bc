using System.Text.RegularExpressions;
using Thermocline.Operator.Cluster.Watching;
using Thermocline.Operator.Hosting.Metrics;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Hosting;

public sealed partial class OperatorMetricsTests
{
    [Fact]
    public void Every_metric_is_explained_and_every_explained_one_is_there()
    {
        string operations = File.ReadAllText(Path.Combine(RepositoryRoot.Find()!, "docs", "OPERATIONS.md"));
        string[] names = [.. new OperatorMetrics(TimeProvider.System).Families().Select(each => each.Name)];
        Assert.Equal(names.Length, names.Distinct().Count());
        foreach (string name in names)
            Assert.True(operations.Contains($"`{name}", StringComparison.Ordinal), $"docs/OPERATIONS.md does not explain {name}");
        foreach (Match named in Named().Matches(operations))
            Assert.Contains(named.Value, names);
    }

    [Fact]
    public void A_histogram_adds_up_and_its_buckets_grow()
    {
        var durations = new Durations("controller");
        durations.Begin("a");
        foreach (double seconds in (double[])[0.0005, 0.001, 0.2, 90])
            durations.Observe("a", TimeSpan.FromSeconds(seconds));
        string text = PrometheusText.Of([Family.Histogram("h", "A \\ and a\nline.", () => durations.Samples)]);
        Assert.StartsWith("# HELP h A \\\\ and a\\nline.\n# TYPE h histogram\n", text, StringComparison.Ordinal);
        Assert.Contains("h_bucket{controller=\"a\",le=\"0.001\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("h_bucket{controller=\"a\",le=\"0.25\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("h_bucket{controller=\"a\",le=\"60\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("h_bucket{controller=\"a\",le=\"+Inf\"} 4\n", text, StringComparison.Ordinal);
        Assert.EndsWith("h_sum{controller=\"a\"} 90.2015\nh_count{controller=\"a\"} 4\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_are_escaped_and_series_are_bounded()
    {
        var counts = new Counts("first", "second");
        counts.Add("a\"b\\c\nd", "x", 2);
        Assert.Contains(
            "c{first=\"a\\\"b\\\\c\\nd\",second=\"x\"} 2\n", PrometheusText.Of([Family.Counter("c", "C.", () => counts.Samples)]), StringComparison.Ordinal);
        for (int i = 0; i < 5_000; i++)
            counts.Add($"{i}", "x");
        Assert.Equal(1_001, counts.Samples.Count());
        Assert.Equal(5_002, counts.Samples.Sum(each => each.Value));
    }

    [Fact]
    public void A_watch_is_shown_while_it_runs_and_webhooks_are_counted()
    {
        var metrics = new OperatorMetrics(TimeProvider.System);
        var status = new WatchStatus(true, 5, 3, 1, 2, DateTimeOffset.UnixEpoch.AddSeconds(7.5), null);
        using (metrics.Show(new WatchMeter("pods", "", () => status)))
        {
            string text = PrometheusText.Of(metrics.Families());
            Assert.Contains("thermocline_operator_watch_reconnections_total{resource=\"pods\",namespace=\"\"} 2\n", text, StringComparison.Ordinal);
            Assert.Contains("thermocline_operator_watch_last_heard_timestamp_seconds{resource=\"pods\",namespace=\"\"} 7.5\n", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("resource=\"pods\"", PrometheusText.Of(metrics.Families()), StringComparison.Ordinal);
        metrics.Webhook.Began();
        metrics.Webhook.Began();
        metrics.Webhook.Ended("/mutate/pods", 200, TimeSpan.FromMilliseconds(3));
        string told = PrometheusText.Of(metrics.Families());
        Assert.Contains("controller_runtime_webhook_requests_total{webhook=\"/mutate/pods\",code=\"200\"} 1\n", told, StringComparison.Ordinal);
        Assert.Contains("controller_runtime_webhook_requests_in_flight 1\n", told, StringComparison.Ordinal);
    }

    [GeneratedRegex("thermocline_operator_[a-z0-9_]*[a-z0-9]")]
    private static partial Regex Named();
}
