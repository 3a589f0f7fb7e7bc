using System.Net;
using Thermocline.Operator.Hosting;
using Thermocline.Operator.Hosting.Metrics;
using Thermocline.Operator.Tests.Cluster;
using Thermocline.Operator.Tests.Cluster.Live;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Hosting;

public sealed class OperatorHostTests(ApiServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_one_works_and_when_it_is_told_to_stop_the_other_goes_on()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "host");
        await using HostedOperator first = await HostedOperator.StartAsync(space, "a");
        await CreateAsync(space, "one");
        Assert.Equal("one", await first.NextAsync());
        await using HostedOperator second = await HostedOperator.StartAsync(space, "b");
        await Eventually.IsAsync(async () => (await second.HealthAsync("/healthz/ready")) == "200 ok", Cancellation);
        Assert.Equal((true, false), (first.Host.IsLeading, second.Host.IsLeading));
        Assert.Contains("leader_election_master_status{name=\"operator\"} 1\n", await first.MetricsAsync(), StringComparison.Ordinal);
        Assert.Contains("leader_election_master_status{name=\"operator\"} 0\n", await second.MetricsAsync(), StringComparison.Ordinal);

        await first.StopAsync();
        Assert.Equal("one", await second.NextAsync());
        Assert.Equal("b", await space.KubectlAsync("get", "lease", "operator", "-o", "jsonpath={.spec.holderIdentity}"));
        await second.StopAsync();
        Assert.Equal("", await space.KubectlAsync("get", "lease", "operator", "-o", "jsonpath={.spec.holderIdentity}"));
    }

    [Fact]
    public async Task What_it_does_is_counted_under_the_names_dashboards_know()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "count");
        await using HostedOperator hosted = await HostedOperator.StartAsync(space, "a");
        foreach (string name in (string[])["good", "later", "bad", "worse"])
        {
            await CreateAsync(space, name);
            Assert.Equal(name, await hosted.NextAsync());
        }

        // One round is counted in several places, one after the other, and two rounds run at once.
        (string Name, double Least)[] counted =
        [
            ("controller_runtime_reconcile_panics_total{controller=\"configmaps\"}", 1),
            ("controller_runtime_reconcile_total{controller=\"configmaps\",result=\"success\"}", 1),
            ("controller_runtime_reconcile_total{controller=\"configmaps\",result=\"error\"}", 2),
            ("controller_runtime_reconcile_errors_total{controller=\"configmaps\"}", 2),
            ("controller_runtime_reconcile_time_seconds_count{controller=\"configmaps\"}", 4),
            ("workqueue_adds_total{name=\"configmaps\"}", 4),
            ("workqueue_retries_total{name=\"configmaps\"}", 1),
            ("workqueue_queue_duration_seconds_bucket{name=\"configmaps\",le=\"+Inf\"}", 4),
            ("workqueue_work_duration_seconds_count{name=\"configmaps\"}", 4),
        ];
        string text = "";
        await Eventually.IsAsync(async () =>
        {
            text = await hosted.MetricsAsync();
            return counted.All(each => Value(text, each.Name) >= each.Least);
        }, Cancellation);
        Assert.Equal(1, Value(text, "controller_runtime_reconcile_total{controller=\"configmaps\",result=\"requeue_after\"}"));
        Assert.Equal(2, Value(text, "controller_runtime_max_concurrent_reconciles{controller=\"configmaps\"}"));
        Assert.True(Value(text, "rest_client_requests_total{code=\"200\",method=\"GET\"}") >= 1);
        Assert.Equal(1, Value(text, $"thermocline_operator_watch_synced{{resource=\"configmaps\",namespace=\"{space.Name}\"}}"));
        Assert.True(Value(text, "process_resident_memory_bytes") > 1 << 20);
        foreach (string name in (string[])["workqueue_depth", "workqueue_unfinished_work_seconds", "workqueue_longest_running_processor_seconds",
            "controller_runtime_active_workers", "controller_runtime_webhook_requests_total", "controller_runtime_webhook_latency_seconds"])
        {
            Assert.Contains($"# TYPE {name} ", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task It_is_ready_when_every_check_holds_and_alive_all_the_while()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "ready");
        string? why = "there is no certificate yet";
        var parts = new OperatorParts { Checks = [new ReadyCheck("webhook", () => why)] };
        await using HostedOperator hosted = await HostedOperator.StartAsync(space, "a", parts);
        Assert.Equal("200 ok", await hosted.HealthAsync("/healthz/live"));
        Assert.Contains("webhook: there is no certificate yet", await hosted.HealthAsync("/healthz/ready"), StringComparison.Ordinal);
        Assert.StartsWith("503 not ready: ", await hosted.HealthAsync("/healthz/ready"), StringComparison.Ordinal);
        why = null;
        await Eventually.IsAsync(async () => await hosted.HealthAsync("/healthz/ready") == "200 ok", Cancellation);
        Assert.StartsWith("404", await hosted.HealthAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_ends_by_itself_ends_the_operator_with_its_name_and_the_lease_is_given_back()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "ends");
        var fail = new TaskCompletionSource();
        var parts = new OperatorParts { Leading = [new OperatorTask("doomed", _ => fail.Task)] };
        await using HostedOperator hosted = await HostedOperator.StartAsync(space, "a", parts);
        await Eventually.IsAsync(() => hosted.Host.IsLeading, Cancellation);
        fail.SetException(new InvalidOperationException("It broke."));
        HostingException failure = await Assert.ThrowsAsync<HostingException>(() => hosted.Ended);
        Assert.Equal("doomed: It broke.", failure.Message);
        Assert.Equal("", await space.KubectlAsync("get", "lease", "operator", "-o", "jsonpath={.spec.holderIdentity}"));
    }

    [Fact]
    public async Task An_address_that_is_taken_is_said()
    {
        var options = new RunOptions { Health = new IPEndPoint(IPAddress.Loopback, 0), LeaseName = "x" };
        var health = new Health([]);
        await using Listeners one = await Listeners.StartAsync(options, health, new OperatorMetrics(TimeProvider.System));
        var same = options with { Health = new IPEndPoint(IPAddress.Loopback, one.Health.Port) };
        HostingException taken = await Assert.ThrowsAsync<HostingException>(
            () => Listeners.StartAsync(same, health, new OperatorMetrics(TimeProvider.System)));
        Assert.StartsWith("cannot listen: ", taken.Message, StringComparison.Ordinal);
        Assert.Null(one.Metrics);
    }

    private static double Value(string text, string series) => text.Split('\n').Where(line => line.StartsWith(series + " ", StringComparison.Ordinal))
        .Select(line => double.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault(-1);

    private static async Task CreateAsync(LiveSpace space, string name) =>
        await space.Client.CreateAsync(LiveSpace.ConfigMaps, space.Name, LiveSpace.ConfigMap(name), Cancellation);
}
