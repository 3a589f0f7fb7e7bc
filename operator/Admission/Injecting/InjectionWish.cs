using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Specification;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>What a pod is to get: whose sidecar, of which image, with which store.</summary>
internal sealed record InjectionWish
{
    public required string Cluster { get; init; }

    public required string Namespace { get; init; }

    public required MemoryClusterSpec Spec { get; init; }

    public required string Image { get; init; }

    /// <summary>The store's name, which is its folder in the bucket.</summary>
    public required string Store { get; init; }

    /// <summary>Empty: what Kubernetes takes for the image's tag.</summary>
    public string ImagePullPolicy { get; init; } = "";

    /// <summary>The wish for a pod of a cluster.</summary>
    /// <param name="cluster">The cluster, free of mistakes.</param>
    /// <param name="store">The store's name.</param>
    /// <param name="image">The image where the cluster names none.</param>
    public static InjectionWish Of(MemoryCluster cluster, string store, string image) => new()
    {
        Cluster = cluster.Metadata.Name,
        Namespace = cluster.Metadata.Namespace ?? "default",
        Spec = cluster.Spec,
        Image = cluster.Spec.Image.Length > 0 ? cluster.Spec.Image : image,
        Store = store,
    };
}
