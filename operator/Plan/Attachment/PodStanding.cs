namespace Thermocline.Operator.Plan.Attachment;

/// <summary>How a pod stands to a cluster.</summary>
internal enum PodStanding
{
    /// <summary>It is not to have its sidecar: not selected, excluded, over, or on its way out.</summary>
    Apart,

    /// <summary>It has its sidecar.</summary>
    Attached,

    /// <summary>It should have its sidecar and has none, and eviction would not give it one.</summary>
    Missing,

    /// <summary>It should have its sidecar, and comes back with one when it is evicted.</summary>
    Evictable,
}
