using Thermocline.Operator.Api;

namespace Thermocline.Operator.Observe;

/// <summary>What is looked at of a pod.</summary>
internal sealed record PodView
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string Uid { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    public DateTimeOffset Created { get; init; }

    public bool IsDeleting { get; init; }

    public string? Ip { get; init; }

    public string? Node { get; init; }

    public string Phase { get; init; } = "Pending";

    public bool IsReady { get; init; }

    /// <summary>Kind and name of the controller that it belongs to, such as <c>ReplicaSet/app-1</c>; null for a bare pod.</summary>
    public string? Owner { get; init; }

    public bool HasHostNetwork { get; init; }

    /// <summary>Where our container stands among the init containers; null when it is not there.</summary>
    public int? SidecarAt { get; init; }

    public bool IsSidecarReady { get; init; }

    /// <summary>Memory limit of our container.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Memory request of our container.</summary>
    public long? MemoryRequest { get; init; }

    /// <summary>What the node says of a resize it has not carried out; null when there is none.</summary>
    public string? ResizeTrouble { get; init; }

    /// <summary>Its containers have all ended, and it is none of anybody's business any more.</summary>
    public bool IsOver => Phase is "Succeeded" or "Failed";

    /// <summary>The store it holds.</summary>
    public string? Store => Annotations.GetValueOrDefault(Names.StoreAnnotation);

    /// <summary>The kind of its controller.</summary>
    public string? OwnerKind => Owner?.Split('/')[0];

    /// <summary>Whether the webhook gave it the sidecar of a cluster.</summary>
    public bool IsAttachedTo(string cluster) =>
        SidecarAt is not null && Annotations.ContainsKey(Names.InjectionAnnotation)
        && Labels.GetValueOrDefault(Names.ClusterLabel) == cluster;
}
