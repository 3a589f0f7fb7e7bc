using Thermocline.Testing;
using Thermocline.Testing.Cluster;
using Thermocline.Testing.Processes;
using Thermocline.Testing.Scale;
using Xunit;

namespace Thermocline.Operator.Tests.Scale;

/// <summary>The short form of <c>./bench operator</c>, which has 200 clusters and 5,000 pods.</summary>
public sealed class ScaleDriverTests
{
    [Fact]
    public async Task The_operator_converges_and_every_phase_is_recorded()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(ApiServer.Variable) is { Length: > 0 }, "Pods that are objects alone do not belong into a named cluster.");
        var options = new ScaleOptions
        {
            Program = OperatorProcess.Built,
            Clusters = 4,
            Pods = 20,
            Namespaces = 2,
            Idle = TimeSpan.FromSeconds(1),
            Aftermath = TimeSpan.FromSeconds(1),
            Limit = TimeSpan.FromMinutes(2),
        };
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        (ScaleReport? report, string missing) = await ScaleDriver.RunAsync(options, new Lines(output), TestContext.Current.CancellationToken);
        Required.That(report is not null, missing);

        Assert.Equal(
            ["converge", "idle", "one spec changed", "one pod created", "one pod deleted", "restart after kill -9"],
            report.Phases.Select(static phase => phase.Name));
        Assert.Equal((4, 20, 12), (report.Clusters, report.Pods, report.PodsAttached));

        // Each cluster got its finalizer, a revision, its children and a status.
        Assert.True(report.Phases[0].Writes >= 4 * 7, $"{report.Phases[0]}");
        Assert.True(report.Phases[0].Memory is { Resident: > 1 << 20, Anonymous: > 1 << 20 } memory && memory.Peak >= memory.Resident, $"{report.Phases[0]}");

        // A revision, the configuration and the status are written; then the status alone.
        OwnRequests[] own = [.. report.Phases.Skip(2).Take(3).Select(static phase => phase.Own!)];
        Assert.True(own[0] is { Reads: > 0, Writes: >= 3 }, $"{own[0]}");
        Assert.All(own, each => Assert.True(each is { Reads: > 0, Writes: > 0 }, $"{each}"));
        Assert.All(report.Phases.Skip(2).Take(3), phase => Assert.True(phase.Own!.Reads + phase.Own.Writes <= phase.Requests, $"{phase}"));

        // What was converged before the kill is looked at and not written again: only the lease is.
        Assert.True(report.Phases[^1] is { Rounds: >= 4 } last && last.Requests > last.Writes * 2, $"{report.Phases[^1]}");
    }

    private sealed class Lines(ITestOutputHelper output) : IProgress<string>
    {
        public void Report(string value) => output.WriteLine(value);
    }
}
