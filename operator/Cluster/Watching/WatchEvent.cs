using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Watching;

/// <summary>Something that happened to an object.</summary>
/// <param name="Kind">What.</param>
/// <param name="Key">To which.</param>
/// <param name="Object">As it is, or last was; null for one that went while nobody was looking, and for Synced.</param>
internal readonly record struct WatchEvent<T>(WatchEventKind Kind, EntityKey Key, T? Object)
    where T : class;
