using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Selecting;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Observe;

/// <summary>
/// Which clusters select a pod. Each cluster stands under one label that its pods must have, so that a pod is compared with the
/// clusters of its own labels and not with all of them; clusters that name no label stand together, by namespace.
/// </summary>
internal sealed class ClusterIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<EntityKey, ((string, string, string) Slot, MemoryCluster Cluster)> _clusters = [];
    private readonly Dictionary<(string Namespace, string Label, string Value), SortedSet<string>> _slots = [];

    public void Put(MemoryCluster cluster)
    {
        EntityKey key = MemoryClusters.KeyOf(cluster);
        lock (_gate)
        {
            RemoveHeld(key);
            (string, string, string) slot = SlotOf(cluster, key.Namespace);
            _clusters[key] = (slot, cluster);
            if (!_slots.TryGetValue(slot, out SortedSet<string>? names))
                _slots[slot] = names = new SortedSet<string>(StringComparer.Ordinal);
            names.Add(key.Name);
        }
    }

    public void Remove(EntityKey key)
    {
        lock (_gate)
            RemoveHeld(key);
    }

    public bool Contains(EntityKey key)
    {
        lock (_gate)
            return _clusters.ContainsKey(key);
    }

    /// <summary>The clusters that select such a pod, by name.</summary>
    public IReadOnlyList<MemoryCluster> Selecting(string @namespace, IReadOnlyDictionary<string, string> labels)
    {
        lock (_gate)
        {
            List<MemoryCluster> found = [];
            foreach ((string label, string value) in labels.Append(KeyValuePair.Create("", "")))
            {
                foreach (string name in _slots.GetValueOrDefault((@namespace, label, value)) ?? Enumerable.Empty<string>())
                {
                    MemoryCluster cluster = _clusters[new EntityKey(@namespace, name)].Cluster;
                    if (Selectors.Matches(cluster.Spec.Selector, labels))
                        found.Add(cluster);
                }
            }

            return [.. found.OrderBy(cluster => cluster.Metadata.Name, StringComparer.Ordinal)];
        }
    }

    private static (string, string, string) SlotOf(MemoryCluster cluster, string @namespace) =>
        cluster.Spec.Selector?.MatchLabels is { Count: > 0 } labels && labels.MinBy(label => label.Key, StringComparer.Ordinal) is var first
            ? (@namespace, first.Key, first.Value)
            : (@namespace, "", "");

    private void RemoveHeld(EntityKey key)
    {
        if (!_clusters.Remove(key, out ((string, string, string) Slot, MemoryCluster Cluster) held))
            return;
        SortedSet<string> names = _slots[held.Slot];
        names.Remove(key.Name);
        if (names.Count == 0)
            _slots.Remove(held.Slot);
    }
}
