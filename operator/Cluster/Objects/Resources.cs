namespace Thermocline.Operator.Cluster.Objects;

/// <summary>Kinds the wire itself speaks of, and views of kinds that need no type of their own.</summary>
internal static class Resources
{
    public static readonly ResourceType Pods = new("", "v1", "pods", "Pod");

    public static readonly ResourceType ConfigMaps = new("", "v1", "configmaps", "ConfigMap");

    public static readonly ResourceType Leases = new("coordination.k8s.io", "v1", "leases", "Lease");

    public static readonly ResourceType Events = new("events.k8s.io", "v1", "events", "Event");

    /// <summary>Whole objects, as JSON.</summary>
    public static Resource<AnyObject> Whole(ResourceType type) =>
        new(type, ClusterJson.Default.AnyObject, static found => found.Metadata);

    /// <summary>Metadata alone: what keeps an operator small that watches every pod.</summary>
    public static Resource<PartialObject> MetadataOf(ResourceType type) =>
        new(type, ClusterJson.Default.PartialObject, static found => found.Metadata) { IsMetadataOnly = true };
}
