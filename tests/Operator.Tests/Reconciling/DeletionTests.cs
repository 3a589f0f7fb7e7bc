using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Hosting;
using Thermocline.Operator.Hosting.Metrics;
using Thermocline.Operator.Hosting.Shipped;
using Thermocline.Operator.Plan;
using Thermocline.Operator.Reconciling;
using Thermocline.Operator.Tests.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Reconciling;

public sealed class DeletionTests(ApiServers servers, DefinedServer defined) : IClassFixture<DefinedServer>
{
    private const string Left =
        "spec: {selector: {matchLabels: {memory: agents}}, attach: {existingPods: Leave}, tiers: {cold: {s3: {bucket: memories}}}}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deleted_cluster_is_drained_before_it_goes()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "drained");
        await space.RunAttachedAsync(2);
        await space.ApplyAsync(Left, Names.Finalizer);
        ClusterRounds rounds = space.Operator(space.Space.Client);
        await space.SettleAsync(rounds);
        MemoryCluster deleted = await DeleteAsync(space);
        DrainFinalizer finalizer = new(rounds);

        ReconciliationResult<MemoryCluster> first = await finalizer.FinalizeAsync(deleted, Cancellation);
        Assert.True(first is { IsSuccess: true, RequeueAfter: not null });
        Assert.Equal("Draining", (await space.GetAsync())!.Status!.Conditions!.Single(each => each.Type == "Reconciling").Reason);
        await finalizer.FinalizeAsync(deleted, Cancellation);
        ReconciliationResult<MemoryCluster> last = await finalizer.FinalizeAsync(deleted, Cancellation);
        Assert.True(last is { IsSuccess: true, RequeueAfter: null });
        Assert.Equal(2, space.Sidecars.DrainRequests);
        Assert.Contains("Drained", await ReasonsAsync(space), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sidecars_that_cannot_drain_hold_a_cluster_no_longer_than_the_deadline()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "deadline");
        await space.RunAttachedAsync(1);
        await space.ApplyAsync(Left, Names.Finalizer);
        space.Sidecars.DrainsFail = true;
        // The server says when it was deleted, by its own clock: ours starts a little before.
        space.Time.Advance(TimeProvider.System.GetUtcNow() - space.Time.GetUtcNow());
        ClusterRounds rounds = space.Operator(space.Space.Client);
        await space.SettleAsync(rounds);
        MemoryCluster deleted = await DeleteAsync(space);
        DrainFinalizer finalizer = new(rounds);
        await finalizer.FinalizeAsync(deleted, Cancellation);
        Assert.NotNull((await finalizer.FinalizeAsync(deleted, Cancellation)).RequeueAfter);
        Assert.Contains(
            "the bucket does not answer", (await space.GetAsync())!.Status!.Conditions!.Single(each => each.Type == "Reconciling").Message,
            StringComparison.Ordinal);
        space.Time.Advance(new PlanOptions().DrainDeadline + TimeSpan.FromMinutes(2));
        Assert.Null((await finalizer.FinalizeAsync(deleted, Cancellation)).RequeueAfter);
        Assert.Contains("NotDrained", await ReasonsAsync(space), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_loop_marks_reconciles_hears_of_pods_and_lets_go()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "whole");
        // So rarely looked at that whatever happens soon was told by a watch.
        var never = TimeSpan.FromHours(1);
        var options = new PlanOptions
        {
            PollInterval = never,
            RestInterval = never,
            BareInterval = never,
            ProgressInterval = TimeSpan.FromMilliseconds(200),
        };
        await using ClusterSpace quiet = space.With(options);
        var around = new OperatorSurroundings(
            new RunOptions { Namespaces = [space.Space.Name], Health = new IPEndPoint(IPAddress.Loopback, 0), LeaseName = "none" },
            space.Space.Client, NullLoggerFactory.Instance, new OperatorMetrics(TimeProvider.System), TimeProvider.System);
        OperatorTask loop = ClusterPart.Of(around, quiet.Operator(space.Space.Client), quiet.Index).Leading.Single();
        using var stop = new CancellationTokenSource();
        Task running = loop.RunAsync(stop.Token);
        await space.ApplyAsync(Left);
        await WaitAsync(space, "--for=jsonpath={.status.revision}=1");
        await WaitAsync(space, "--for=jsonpath={.status.desired}=0");
        await space.RunAttachedAsync(2);
        await WaitAsync(space, "--for=jsonpath={.status.upToDate}=2");
        Assert.Equal([Names.Finalizer], (await space.GetAsync())!.Metadata.Finalizers);

        await space.Space.KubectlAsync("delete", "mc", ClusterSpace.Name, "--timeout=60s");
        Assert.Null(await space.GetAsync());
        Assert.True(quiet.Sidecars.DrainRequests >= 2);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static Task<string> WaitAsync(ClusterSpace space, string what) =>
        space.Space.KubectlAsync("wait", "mc", ClusterSpace.Name, what, "--timeout=60s");

    private static async Task<MemoryCluster> DeleteAsync(ClusterSpace space)
    {
        await space.Space.Client.DeleteAsync(Resources.MemoryClusters, space.Key, DeleteOptions.Default, Cancellation);
        MemoryCluster deleted = (await space.GetAsync())!;
        Assert.NotNull(deleted.Metadata.DeletionTimestamp);
        return deleted;
    }

    private static Task<string> ReasonsAsync(ClusterSpace space) =>
        space.Space.KubectlAsync("get", "events", "-o", "jsonpath={.items[*].reason}");
}
