using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Observe;

/// <summary>The resource as the wire takes it.</summary>
internal static class MemoryClusters
{
    public static readonly Resource<MemoryCluster> Resource = new(
        Resources.MemoryClusters, MemoryClusterJson.Default.MemoryCluster, static cluster => MetadataOf(cluster));

    public static EntityKey KeyOf(MemoryCluster cluster) => new(cluster.Metadata.Namespace ?? "", cluster.Metadata.Name);

    /// <summary>What the wire knows of every object, of this one.</summary>
    public static Cluster.Objects.ObjectMeta MetadataOf(MemoryCluster cluster)
    {
        Api.ObjectMeta metadata = cluster.Metadata;
        return new Cluster.Objects.ObjectMeta
        {
            Name = metadata.Name,
            Namespace = metadata.Namespace,
            Uid = metadata.Uid,
            ResourceVersion = metadata.ResourceVersion,
            Generation = metadata.Generation,
            CreationTimestamp = metadata.CreationTimestamp,
            DeletionTimestamp = metadata.DeletionTimestamp,
            Finalizers = metadata.Finalizers,
            Labels = metadata.Labels,
            Annotations = metadata.Annotations,
        };
    }
}
