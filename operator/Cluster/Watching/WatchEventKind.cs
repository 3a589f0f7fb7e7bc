namespace Thermocline.Operator.Cluster.Watching;

/// <summary>What happened to an object.</summary>
internal enum WatchEventKind
{
    /// <summary>It is there, and was not before.</summary>
    Added,

    /// <summary>It changed.</summary>
    Modified,

    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>Everything that was there has been told.</summary>
    Synced,
}
