using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Watching;
using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Admission;

/// <summary>
/// The clusters, and which stores their pods hold, as two watches last told: what the webhook answers from. Of pods only those that
/// carry a cluster's label are watched, and of them the store is all that is kept. Both stand in the order they are asked for, so that
/// a question does not go through everything.
/// </summary>
internal sealed class WebhookView
{
    private readonly Groups<string, MemoryCluster> _clusters = new();
    private readonly Groups<EntityKey, string> _stores = new();
    private int _unknown;

    /// <param name="scopes">How many watches of each kind have to be told of everything before anything is answered.</param>
    public WebhookView(int scopes) => _unknown = 2 * scopes;

    /// <summary>Whether everything was told once.</summary>
    public bool IsKnown => Volatile.Read(ref _unknown) <= 0;

    /// <summary>As the webhook asks.</summary>
    public WebhookSources Sources => new(
        @namespace => IsKnown ? _clusters.Of(@namespace) : null,
        cluster => _stores.Of(MemoryClusters.KeyOf(cluster)));

    /// <summary>What happened to a cluster.</summary>
    public void Take(WatchEvent<MemoryCluster> told) => Take(told, _clusters, static (key, cluster) => (key.Namespace, cluster));

    /// <summary>What happened to a pod.</summary>
    public void Take(WatchEvent<PartialObject> told) => Take(told, _stores, static (key, pod) => (
        new EntityKey(key.Namespace, pod.Metadata.Labels?.GetValueOrDefault(Names.ClusterLabel) ?? ""),
        pod.Metadata.Annotations?.GetValueOrDefault(Names.StoreAnnotation) ?? ""));

    private void Take<T, TGroup, TKept>(WatchEvent<T> told, Groups<TGroup, TKept> groups, Func<EntityKey, T, (TGroup Group, TKept Kept)> keep)
        where T : class
        where TGroup : notnull
    {
        if (told.Kind == WatchEventKind.Synced)
        {
            Interlocked.Decrement(ref _unknown);
            return;
        }

        if (told.Kind == WatchEventKind.Deleted)
        {
            groups.Remove(told.Key);
            return;
        }

        (TGroup group, TKept kept) = keep(told.Key, told.Object!);
        groups.Put(told.Key, group, kept);
    }

    /// <summary>What is kept of objects, by the group each is in.</summary>
    private sealed class Groups<TGroup, TKept>
        where TGroup : notnull
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<EntityKey, TGroup> _places = [];
        private readonly Dictionary<TGroup, Dictionary<EntityKey, TKept>> _groups = [];

        public TKept[] Of(TGroup group)
        {
            lock (_gate)
                return [.. _groups.GetValueOrDefault(group)?.Values ?? Enumerable.Empty<TKept>()];
        }

        // At once: who asks in between must not find it nowhere.
        public void Put(EntityKey key, TGroup group, TKept kept)
        {
            lock (_gate)
            {
                RemoveHeld(key);
                _places[key] = group;
                if (!_groups.TryGetValue(group, out Dictionary<EntityKey, TKept>? members))
                    _groups[group] = members = [];
                members[key] = kept;
            }
        }

        public void Remove(EntityKey key)
        {
            lock (_gate)
                RemoveHeld(key);
        }

        private void RemoveHeld(EntityKey key)
        {
            if (!_places.Remove(key, out TGroup? group))
                return;
            Dictionary<EntityKey, TKept> members = _groups[group];
            members.Remove(key);
            if (members.Count == 0)
                _groups.Remove(group);
        }
    }
}
