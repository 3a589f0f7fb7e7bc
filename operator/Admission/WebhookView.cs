using System.Collections.Concurrent;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Watching;
using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Admission;

/// <summary>
/// The clusters, and which stores their pods hold, as two watches last told: what the webhook answers from. Of pods only those that
/// carry a cluster's label are watched, and of them the store is all that is kept.
/// </summary>
internal sealed class WebhookView
{
    private readonly ConcurrentDictionary<EntityKey, MemoryCluster> _clusters = new();
    private readonly ConcurrentDictionary<EntityKey, (string Cluster, string Store)> _pods = new();
    private int _unknown;

    /// <param name="scopes">How many watches of each kind have to be told of everything before anything is answered.</param>
    public WebhookView(int scopes) => _unknown = 2 * scopes;

    /// <summary>Whether everything was told once.</summary>
    public bool IsKnown => Volatile.Read(ref _unknown) <= 0;

    /// <summary>As the webhook asks.</summary>
    public WebhookSources Sources => new(ClustersOf, StoresHeldBy);

    /// <summary>What happened to a cluster.</summary>
    public void Take(WatchEvent<MemoryCluster> told) => Take(told, _clusters, static cluster => cluster);

    /// <summary>What happened to a pod.</summary>
    public void Take(WatchEvent<PartialObject> told) => Take(told, _pods, static pod => (
        pod.Metadata.Labels?.GetValueOrDefault(Names.ClusterLabel) ?? "",
        pod.Metadata.Annotations?.GetValueOrDefault(Names.StoreAnnotation) ?? ""));

    private void Take<T, TKept>(WatchEvent<T> told, ConcurrentDictionary<EntityKey, TKept> kept, Func<T, TKept> keep)
        where T : class
    {
        if (told.Kind == WatchEventKind.Synced)
            Interlocked.Decrement(ref _unknown);
        else if (told.Kind == WatchEventKind.Deleted)
            kept.TryRemove(told.Key, out _);
        else
            kept[told.Key] = keep(told.Object!);
    }

    private MemoryCluster[]? ClustersOf(string @namespace) =>
        IsKnown ? [.. _clusters.Where(each => each.Key.Namespace == @namespace).Select(static each => each.Value)] : null;

    private HashSet<string> StoresHeldBy(MemoryCluster cluster)
    {
        EntityKey key = MemoryClusters.KeyOf(cluster);
        return [.. _pods.Where(each => each.Key.Namespace == key.Namespace && each.Value.Cluster == key.Name)
            .Select(static each => each.Value.Store)];
    }
}
