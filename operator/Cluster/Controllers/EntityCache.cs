using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Watching;

namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>The objects as the watch last told them, and those that went and were not dealt with yet.</summary>
internal sealed class EntityCache<T>
    where T : class
{
    private readonly ConcurrentDictionary<EntityKey, T> _present = new();
    private readonly ConcurrentDictionary<EntityKey, T> _gone = new();

    public int Count => _present.Count;

    public IEnumerable<T> All => _present.Values;

    public void Take(WatchEvent<T> told)
    {
        if (told.Kind is WatchEventKind.Added or WatchEventKind.Modified)
            _present[told.Key] = told.Object!;
        else if (told.Kind == WatchEventKind.Deleted && _present.TryRemove(told.Key, out T? last))
            _gone[told.Key] = told.Object ?? last;
    }

    public bool TryGet(EntityKey key, [NotNullWhen(true)] out T? entity) => _present.TryGetValue(key, out entity);

    public bool TryGetGone(EntityKey key, [NotNullWhen(true)] out T? entity) => _gone.TryGetValue(key, out entity);

    /// <summary>The end of this very object was dealt with.</summary>
    public void Forget(EntityKey key, T entity) => _gone.TryRemove(new KeyValuePair<EntityKey, T>(key, entity));
}
