namespace Thermocline.Operator.Cluster.Requests;

/// <summary>What becomes of the objects that a deleted one owns.</summary>
internal enum Propagation
{
    /// <summary>They go afterwards.</summary>
    Background,

    /// <summary>They go first.</summary>
    Foreground,

    /// <summary>They stay.</summary>
    Orphan,
}
