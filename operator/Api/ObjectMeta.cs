namespace Thermocline.Operator.Api;

/// <summary>What the operator reads of a resource's metadata.</summary>
internal sealed record ObjectMeta
{
    /// <summary>Name, unique in its namespace.</summary>
    public string Name { get; set; } = "";

    /// <summary>Namespace.</summary>
    public string? Namespace { get; set; }

    /// <summary>Identity, new for each object of the same name.</summary>
    public string? Uid { get; set; }

    /// <summary>Changes with every write.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Changes with every change of the spec.</summary>
    public long? Generation { get; set; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreationTimestamp { get; set; }

    /// <summary>When its deletion was asked for.</summary>
    public DateTimeOffset? DeletionTimestamp { get; set; }

    /// <summary>What has to be done before it goes.</summary>
    public IReadOnlyList<string>? Finalizers { get; set; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>Annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
}
