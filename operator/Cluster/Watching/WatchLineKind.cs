namespace Thermocline.Operator.Cluster.Watching;

/// <summary>What a line of a watch says.</summary>
internal enum WatchLineKind
{
    /// <summary>The object is there now.</summary>
    Present,

    /// <summary>The object is no longer there.</summary>
    Deleted,

    /// <summary>Nothing happened up to a version.</summary>
    Bookmark,
}
