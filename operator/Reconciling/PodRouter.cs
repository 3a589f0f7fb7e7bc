using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Queues;
using Thermocline.Operator.Cluster.Watching;
using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Reconciling;

/// <summary>
/// Lets the clusters of a pod come again when something happens to it. Of pods only the metadata is asked for, and nothing of them is
/// kept. What is not told this way (a pod that leaves a selector, or goes while nobody looks) is seen when the cluster's timer goes off.
/// </summary>
internal sealed class PodRouter(Watcher<PartialObject> pods, ClusterIndex index, ClusterRounds rounds, EntityQueue queue)
{
    public async Task RunAsync(CancellationToken cancellation) =>
        await await Task.WhenAny(pods.RunAsync(cancellation), PumpAsync(cancellation));

    /// <summary>The clusters that a pod concerns.</summary>
    public IEnumerable<EntityKey> Concerned(Cluster.Objects.ObjectMeta pod)
    {
        IReadOnlyDictionary<string, string> labels = pod.Labels ?? new Dictionary<string, string>();
        IEnumerable<string> names = index.Selecting(pod.Namespace ?? "", labels).Select(cluster => cluster.Metadata.Name);
        if (labels.GetValueOrDefault(Names.ClusterLabel) is { Length: > 0 } attached)
            names = names.Append(attached);

        // Anybody may write the label: what names no cluster is nobody's.
        return names.Distinct().Select(name => new EntityKey(pod.Namespace ?? "", name)).Where(index.Contains);
    }

    private async Task PumpAsync(CancellationToken cancellation)
    {
        await foreach (WatchEvent<PartialObject> told in pods.Events.ReadAllAsync(cancellation))
        {
            if (told.Object is not { } pod)
                continue;
            foreach (EntityKey key in Concerned(pod.Metadata))
            {
                rounds.Touch(key);
                await queue.AddAsync(key, cancellation);
            }
        }
    }
}
