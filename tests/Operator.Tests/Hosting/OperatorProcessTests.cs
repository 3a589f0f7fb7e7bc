using System.Text.Json;
using Thermocline.Operator.Tests.Cluster;
using Thermocline.Operator.Tests.Cluster.Live;
using Thermocline.Testing;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.Operator.Tests.Hosting;

/// <summary>On a server that knows the kind: an operator ends where it does not.</summary>
public sealed class OperatorProcessTests(ApiServers servers, DefinedServer defined) : IClassFixture<DefinedServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_processes_lead_in_turn_and_a_signal_ends_each_with_code_0()
    {
        await using LiveSpace space = await OpenAsync("process");
        await using OperatorProcess first = Start(space);
        await Eventually.IsAsync(async () => Leads(await first.GetAsync("metrics", "/metrics", Cancellation)), Cancellation);
        await using OperatorProcess second = Start(space);
        await Eventually.IsAsync(async () => await second.GetAsync("health", "/healthz/ready", Cancellation) == "ok\n", Cancellation);
        Assert.False(Leads(await second.GetAsync("metrics", "/metrics", Cancellation)));

        Assert.True(await first.StopAsync() == 0, first.Log);
        await Eventually.IsAsync(async () => Leads(await second.GetAsync("metrics", "/metrics", Cancellation)), Cancellation);
        Assert.Equal(0, await second.StopAsync());
        Assert.Equal("", await space.KubectlAsync("get", "lease", "thermocline-operator", "-o", "jsonpath={.spec.holderIdentity}"));
        string[] messages = [.. first.Log.Split('\n').Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("Message").GetString()!)];
        Assert.Contains("Leads", messages);
        Assert.Equal("Stopped", messages[^1]);
    }

    [Fact]
    public async Task A_leader_that_is_killed_is_followed_once_its_lease_has_run_out()
    {
        await using LiveSpace space = await OpenAsync("killed");
        await using OperatorProcess first = Start(space);
        await Eventually.IsAsync(async () => Leads(await first.GetAsync("metrics", "/metrics", Cancellation)), Cancellation);
        await using OperatorProcess second = Start(space);
        await Eventually.IsAsync(async () => await second.GetAsync("health", "/healthz/ready", Cancellation) == "ok\n", Cancellation);
        string before = await HolderAsync(space);

        await first.KillAsync(Cancellation);
        Assert.Equal(before, await HolderAsync(space));
        await Eventually.IsAsync(async () => Leads(await second.GetAsync("metrics", "/metrics", Cancellation)), Cancellation);
        Assert.NotEqual(before, await HolderAsync(space));
    }

    [Fact]
    public async Task Bad_usage_is_said_all_of_it_and_ends_with_code_2()
    {
        await using OperatorProcess wrong = OperatorProcess.Start(OperatorProcess.Built, "run", "--namespace", "Team", "--log-level", "loud");
        Assert.Equal(2, await wrong.ExitAsync(Cancellation));
        await using OperatorProcess nowhere = OperatorProcess.Start(OperatorProcess.Built, "run");
        Assert.Equal(2, await nowhere.ExitAsync(Cancellation));
        await Eventually.IsAsync(() => nowhere.Log.Contains("--kubeconfig: is not given", StringComparison.Ordinal)
            && wrong.Log.Contains("--namespace: 'Team'", StringComparison.Ordinal) && wrong.Log.Contains("--log-level", StringComparison.Ordinal), Cancellation);
        await using OperatorProcess absent = OperatorProcess.Start(OperatorProcess.Built, "run", "--kubeconfig", "/nowhere/at-all");
        Assert.Equal(2, await absent.ExitAsync(Cancellation));
    }

    private async Task<LiveSpace> OpenAsync(string about)
    {
        await defined.UseAsync();
        return await LiveSpace.OpenAsync(servers, about);
    }

    private static Task<string> HolderAsync(LiveSpace space) =>
        space.KubectlAsync("get", "lease", "thermocline-operator", "-o", "jsonpath={.spec.holderIdentity}");

    private static OperatorProcess Start(LiveSpace space) => OperatorProcess.Start(
        OperatorProcess.Built, "run", "--kubeconfig", space.Server.Kubeconfig, "--namespace", space.Name, "--operator-namespace", space.Name, "--log-format", "json",
        "--health-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0", "--webhook-address", "");

    private static bool Leads(string metrics) => metrics.Contains("leader_election_master_status{name=\"thermocline-operator\"} 1\n", StringComparison.Ordinal);
}
