using System.Text.Json.Serialization;

namespace Thermocline.Operator.Cluster.Objects;

/// <summary>What every object says of itself. Who manages which field is left out: it is most of the bytes and nobody here asks.</summary>
internal sealed record ObjectMeta
{
    public string? Name { get; init; }

    public string? GenerateName { get; init; }

    public string? Namespace { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public long? Generation { get; init; }

    public DateTimeOffset? CreationTimestamp { get; init; }

    public DateTimeOffset? DeletionTimestamp { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public IReadOnlyList<string>? Finalizers { get; init; }

    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    [JsonIgnore]
    public EntityKey Key => new(Namespace ?? "", Name ?? "");

    [JsonIgnore]
    public bool IsDeleting => DeletionTimestamp is not null;
}
