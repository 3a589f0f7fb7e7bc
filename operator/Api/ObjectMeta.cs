namespace Thermocline.Operator.Api;

/// <summary>What the operator reads of a resource's metadata.</summary>
internal sealed record ObjectMeta
{
    /// <summary>Name, unique in its namespace.</summary>
    public string Name { get; init; } = "";

    /// <summary>Namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Identity, new for each object of the same name.</summary>
    public string? Uid { get; init; }

    /// <summary>Changes with every write.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Changes with every change of the spec.</summary>
    public long? Generation { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>When its deletion was asked for.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>What has to be done before it goes.</summary>
    public IReadOnlyList<string>? Finalizers { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
