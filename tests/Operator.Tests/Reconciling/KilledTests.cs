using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Reconciling;
using Thermocline.Operator.Tests.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Reconciling;

public sealed class KilledTests(ApiServers servers, DefinedServer defined) : IClassFixture<DefinedServer>
{
    private const int RoundsMax = 40;
    private const string First =
        "spec: {selector: {matchLabels: {memory: agents}}, attach: {existingPods: Leave}, tiers: {cold: {s3: {bucket: memories}}}}";
    private static readonly string Second = First.Replace("attach:", "budget: {limit: 256Mi}, attach:", StringComparison.Ordinal);

    [Theory]
    [InlineData(WriteFate.DiesBefore)]
    [InlineData(WriteFate.DiesAfter)]
    [InlineData(WriteFate.Conflict)]
    public async Task Whatever_happens_at_any_write_the_end_is_the_same(WriteFate fate)
    {
        (string expected, int writes) = await LiveThroughAsync(fate, -1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{writes} writes");
        Assert.InRange(writes, 15, 60);
        for (int at = 0; at < writes; at++)
            Assert.Equal((at, expected), (at, (await LiveThroughAsync(fate, at)).State));
    }

    // A life: created, changed, rolled back, deleted. The state is that before the deletion; after it nothing may be left.
    private async Task<(string State, int Writes)> LiveThroughAsync(WriteFate fate, int at)
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, $"{fate}-{at + 1}".ToLowerInvariant());
        await space.RunAttachedAsync(1);
        using MortalDoor door = new(at, fate) { InnerHandler = space.Space.Connection.CreateHandler() };
        using ClusterClient mortal = new(space.Space.Connection, door, TimeProvider.System, new ClientOptions { RetriesMax = 0 });
        var life = new OperatorLife(space, mortal, door);
        await space.ApplyAsync(First, Names.Finalizer);
        await life.ReachRestAsync();
        await space.ApplyAsync(Second, Names.Finalizer);
        await life.ReachRestAsync();
        await space.AnnotateAsync(Names.RollbackAnnotation, "1");
        await life.ReachRestAsync();
        string state = await space.StateAsync();
        await space.Space.Client.DeleteAsync(
            Resources.MemoryClusters, space.Key, DeleteOptions.Default, ClusterSpace.Cancellation);
        await life.ReachEndAsync();
        Assert.Null(await space.GetAsync());
        Assert.True(space.Sidecars.DrainRequests >= 2);
        Assert.Equal(at >= 0 && fate != WriteFate.Conflict, door.IsDead);
        return (state, door.Writes);
    }

    /// <summary>An operator that may die, and the one that comes after it.</summary>
    private sealed class OperatorLife(ClusterSpace space, ClusterClient mortal, MortalDoor door)
    {
        private ClusterRounds? _rounds;
        private bool _isSecond;

        public Task ReachRestAsync() => RunAsync(static (_, empty) => Task.FromResult(empty));

        public Task ReachEndAsync() => RunAsync(async (cluster, _) =>
        {
            // What the last round wrote is no reason for another one before its time.
            space.Time.Advance(TimeSpan.FromSeconds(6));
            ReconciliationResult<MemoryCluster> result = await new DrainFinalizer(_rounds!).FinalizeAsync(cluster, ClusterSpace.Cancellation);
            if (result.Error is not null)
                throw result.Error;
            if (result.RequeueAfter is null)
                await new FinalizerWriter<MemoryCluster>(Client, MemoryClusters.Resource)
                    .DetachAsync(MemoryClusters.MetadataOf(cluster), Names.Finalizer, ClusterSpace.Cancellation);
            return false;
        });

        private ClusterClient Client => _isSecond ? space.Space.Client : mortal;

        private async Task RunAsync(Func<MemoryCluster, bool, Task<bool>> isDone)
        {
            for (int round = 0; round < RoundsMax; round++)
            {
                if (await space.GetAsync() is not { } cluster)
                    return;
                _rounds ??= space.Operator(Client);
                try
                {
                    bool empty = cluster.Metadata.DeletionTimestamp is null
                        && await _rounds.RunAsync(space.Key, cluster.Metadata.Uid, ClusterSpace.Cancellation) is { IsEmpty: true };
                    if (await isDone(cluster, empty))
                        return;
                }
                catch (ClusterException) when (door.IsDead && !_isSecond)
                {
                    _isSecond = true;
                    _rounds = null;
                }
                catch (ClusterException conflict) when (conflict.Fault == ClusterFault.Conflict)
                {
                    // Its turn comes again.
                }
            }

            Assert.Fail("It does not come to rest.");
        }
    }
}
