namespace Thermocline.Operator.Cluster.Watching;

/// <summary>One line of a watch.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="ResourceVersion">The version it brings us to.</param>
/// <param name="Object">The object it is about; null for a bookmark.</param>
internal readonly record struct WatchLine<T>(WatchLineKind Kind, string ResourceVersion, T? Object)
    where T : class;
