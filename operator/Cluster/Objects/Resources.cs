namespace Thermocline.Operator.Cluster.Objects;

/// <summary>Kinds the wire itself speaks of, and views of kinds that need no type of their own.</summary>
internal static class Resources
{
    public static readonly ResourceType Pods = new("", "v1", "pods", "Pod");

    public static readonly ResourceType ConfigMaps = new("", "v1", "configmaps", "ConfigMap");

    public static readonly ResourceType Leases = new("coordination.k8s.io", "v1", "leases", "Lease");

    public static readonly ResourceType Events = new("events.k8s.io", "v1", "events", "Event");

    public static readonly ResourceType Namespaces = new("", "v1", "namespaces", "Namespace", Namespaced: false);

    public static readonly ResourceType Secrets = new("", "v1", "secrets", "Secret");

    public static readonly ResourceType Services = new("", "v1", "services", "Service");

    public static readonly ResourceType NetworkPolicies = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy");

    public static readonly ResourceType ControllerRevisions = new("apps", "v1", "controllerrevisions", "ControllerRevision");

    public static readonly ResourceType DaprComponents = new("dapr.io", "v1alpha1", "components", "Component");

    public static readonly ResourceType DaprResiliencies = new("dapr.io", "v1alpha1", "resiliencies", "Resiliency");

    public static readonly ResourceType MemoryClusters = new("thermocline.dev", "v1alpha1", "memoryclusters", "MemoryCluster");

    public static readonly ResourceType MutatingWebhooks =
        new("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", Namespaced: false);

    public static readonly ResourceType ValidatingWebhooks =
        new("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", Namespaced: false);

    /// <summary>Whole objects, as JSON.</summary>
    public static Resource<AnyObject> Whole(ResourceType type) =>
        new(type, ClusterJson.Default.AnyObject, static found => found.Metadata);

    /// <summary>Metadata alone: what keeps an operator small that watches every pod.</summary>
    public static Resource<PartialObject> MetadataOf(ResourceType type) =>
        new(type, ClusterJson.Default.PartialObject, static found => found.Metadata) { IsMetadataOnly = true };
}
