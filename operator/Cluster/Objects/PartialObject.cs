namespace Thermocline.Operator.Cluster.Objects;

/// <summary>An object of which only the metadata was asked for.</summary>
internal sealed record PartialObject
{
    public ObjectMeta Metadata { get; init; } = new();
}
