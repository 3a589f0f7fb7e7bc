using System.Text.Json.Serialization.Metadata;

namespace Thermocline.Operator.Cluster.Objects;

/// <summary>A kind of object, how it is read, and where its metadata lies in the type that stands for it.</summary>
internal sealed record Resource<T>(ResourceType Type, JsonTypeInfo<T> Json, Func<T, ObjectMeta> MetadataOf)
    where T : class
{
    /// <summary>Whether the server is asked for the metadata alone.</summary>
    public bool IsMetadataOnly { get; init; }
}
