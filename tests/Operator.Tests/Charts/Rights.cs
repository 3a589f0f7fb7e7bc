namespace Thermocline.Operator.Tests.Charts;

/// <summary>What the operator may do, and what it must not be able to.</summary>
internal static class Rights
{
    private const string Own = "thermocline.dev", Apps = "apps", Net = "networking.k8s.io", Dapr = "dapr.io";

    /// <summary>In the namespaces it looks after.</summary>
    public static IReadOnlyList<(string Verb, string Group, string Resource)> InNamespaces { get; } =
    [
        .. Each(Own, "memoryclusters", "get", "list", "watch", "patch"),
        .. Each(Own, "memoryclusters/status", "patch"),
        .. Each(Own, "memoryclusters/finalizers", "update"),
        .. Each("", "pods", "get", "list", "watch"),
        .. Each("", "pods/eviction", "create"),
        .. Each("", "pods/resize", "patch"),
        .. Each("", "configmaps", "get", "create", "patch"),
        .. Each("", "services", "get", "create", "patch"),
        .. Each("", "secrets", "get", "create"),
        .. Each(Net, "networkpolicies", "get", "list", "create", "patch", "delete"),
        .. Each(Apps, "controllerrevisions", "get", "list", "create", "patch", "delete"),
        .. Each(Dapr, "components", "get", "list", "create", "patch", "delete"),
        .. Each(Dapr, "resiliencies", "get", "list", "create", "patch", "delete"),
        .. Each("events.k8s.io", "events", "create"),
    ];

    /// <summary>Of all namespaces at once, when it looks after them all.</summary>
    public static IReadOnlyList<(string Verb, string Group, string Resource)> OfLists { get; } =
        [.. Each(Own, "memoryclusters", "list", "watch"), .. Each("", "pods", "list", "watch")];

    /// <summary>Never, wherever.</summary>
    public static IReadOnlyList<(string Verb, string Group, string Resource)> Refused { get; } =
    [
        .. Each("", "secrets", "list", "watch", "patch", "update", "delete"),
        .. Each("", "pods", "create", "delete", "patch", "update"),
        .. Each("", "pods/exec", "create", "get"),
        .. Each("", "pods/status", "patch"),
        .. Each("", "configmaps", "list", "watch", "delete"),
        .. Each("", "serviceaccounts/token", "create"),
        .. Each(Apps, "deployments", "get", "list", "patch", "update", "delete"),
        .. Each(Apps, "statefulsets", "get", "list", "patch", "update", "delete"),
        .. Each(Apps, "replicasets", "patch", "delete"),
        .. Each(Own, "memoryclusters", "create", "delete", "update", "deletecollection"),
        .. Each("rbac.authorization.k8s.io", "roles", "create", "patch", "bind", "escalate"),
        .. Each("rbac.authorization.k8s.io", "rolebindings", "create", "patch"),
        .. Each("", "persistentvolumeclaims", "get", "delete"),
        .. Each("", "users", "impersonate"),
    ];

    /// <summary>Never, of the cluster.</summary>
    public static IReadOnlyList<(string Verb, string Group, string Resource)> RefusedOfCluster { get; } =
    [
        .. Each("", "nodes", "get", "list", "patch"),
        .. Each("", "namespaces", "create", "delete", "patch"),
        .. Each("", "secrets", "list"),
        .. Each("apiextensions.k8s.io", "customresourcedefinitions", "create", "patch", "delete"),
        .. Each("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create", "delete", "list", "patch"),
        .. Each("rbac.authorization.k8s.io", "clusterroles", "create", "patch", "bind", "escalate"),
    ];

    /// <summary>Its own few objects, by name.</summary>
    public static IReadOnlyList<(string Verb, string Group, string Resource, string Name)> OfOwn(string webhook) =>
    [
        ("create", "coordination.k8s.io", "leases", ""),
        ("get", "coordination.k8s.io", "leases", "thermocline"),
        ("patch", "coordination.k8s.io", "leases", "thermocline"),
        ("create", "", "secrets", ""),
        ("get", "", "secrets", "thermocline-webhook-certificate"),
        ("patch", "", "secrets", "thermocline-webhook-certificate"),
        ("create", "events.k8s.io", "events", ""),
        ("get", "admissionregistration.k8s.io", "mutatingwebhookconfigurations", webhook),
        ("patch", "admissionregistration.k8s.io", "mutatingwebhookconfigurations", webhook),
        ("get", "admissionregistration.k8s.io", "validatingwebhookconfigurations", webhook),
        ("patch", "admissionregistration.k8s.io", "validatingwebhookconfigurations", webhook),
    ];

    private static IEnumerable<(string Verb, string Group, string Resource)> Each(string group, string resource, params string[] verbs) =>
        verbs.Select(verb => (verb, group, resource));
}
