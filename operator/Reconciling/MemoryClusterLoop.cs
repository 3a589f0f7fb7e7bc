using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Queues;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Cluster.Watching;
using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Reconciling;

/// <summary>Everything that runs while this process leads: the watch of the clusters, the watch of the pods, and the rounds.</summary>
/// <param name="client">Asks the API server.</param>
/// <param name="rounds">What is done for one cluster.</param>
/// <param name="index">All clusters.</param>
/// <param name="queue">Which are due.</param>
/// <param name="watching">Limits of the watches.</param>
/// <param name="time">The clock.</param>
internal sealed class MemoryClusterLoop(
    ClusterClient client, ClusterRounds rounds, ClusterIndex index, EntityQueue queue, WatcherOptions watching, TimeProvider time)
{
    /// <summary>The namespace that is looked after; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Clusters that are worked on at the same time.</summary>
    public int Workers { get; init; } = 2;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var scope = new ListScope { Namespace = Namespace };

        // All are known before the first round: a pod that two of them select must not be given to whichever comes first.
        foreach (MemoryCluster cluster in (await client.ListAsync(MemoryClusters.Resource, scope, cancellation)).Items)
            index.Put(cluster);
        var loop = ControllerLoop<MemoryCluster>.Of(
            client, MemoryClusters.Resource,
            new Watcher<MemoryCluster>(client, MemoryClusters.Resource, scope, watching, time),
            queue, new MemoryClusterController(rounds, index),
            new ControllerOptions<MemoryCluster>
            {
                Workers = Workers,
                Finalizers = [new NamedFinalizer<MemoryCluster>(Names.Finalizer, new DrainFinalizer(rounds))],
            });
        var router = new PodRouter(
            new Watcher<PartialObject>(client, Resources.MetadataOf(Resources.Pods), scope, watching, time), index, rounds, queue);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] parts = [loop.RunAsync(stop.Token), router.RunAsync(stop.Token)];
        try
        {
            await await Task.WhenAny(parts);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(parts.Select(static part => part.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)));
        }
    }
}
