using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Watching;

/// <summary>
/// Which objects the consumer has been told of, and in which version: enough to say what a list changed, and far less than the objects.
/// </summary>
internal sealed class KnownObjects<T>(Resource<T> resource)
    where T : class
{
    private readonly Dictionary<EntityKey, Known> _known = [];

    /// <summary>What a whole list tells that has not been told yet.</summary>
    public IEnumerable<WatchEvent<T>> Compare(IReadOnlyList<T> items)
    {
        HashSet<EntityKey> listed = [.. items.Select(item => resource.MetadataOf(item).Key)];
        foreach (EntityKey gone in _known.Keys.Where(key => !listed.Contains(key)).ToArray())
        {
            _known.Remove(gone);
            yield return new WatchEvent<T>(WatchEventKind.Deleted, gone, null);
        }

        foreach (WatchEvent<T> changed in items.SelectMany(Present))
            yield return changed;
        yield return new WatchEvent<T>(WatchEventKind.Synced, default, null);
    }

    /// <summary>What an object that is there tells: nothing when this version of it is known.</summary>
    public IEnumerable<WatchEvent<T>> Present(T item)
    {
        ObjectMeta metadata = resource.MetadataOf(item);
        EntityKey key = metadata.Key;
        bool known = _known.TryGetValue(key, out Known before);
        if (known && before.Uid != metadata.Uid)
        {
            // Deleted and made again while nobody was looking.
            known = false;
            yield return new WatchEvent<T>(WatchEventKind.Deleted, key, null);
        }

        if (known && before.Version == metadata.ResourceVersion)
            yield break;
        _known[key] = new Known(metadata.Uid, metadata.ResourceVersion);
        yield return new WatchEvent<T>(known ? WatchEventKind.Modified : WatchEventKind.Added, key, item);
    }

    /// <summary>What the end of an object tells.</summary>
    public IEnumerable<WatchEvent<T>> Deleted(T item)
    {
        EntityKey key = resource.MetadataOf(item).Key;
        if (_known.Remove(key))
            yield return new WatchEvent<T>(WatchEventKind.Deleted, key, item);
    }

    private readonly record struct Known(string? Uid, string? Version);
}
