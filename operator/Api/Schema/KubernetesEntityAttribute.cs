namespace Thermocline.Operator.Api.Schema;

/// <summary>A kind of resource.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class KubernetesEntityAttribute : Attribute
{
    /// <summary>API group.</summary>
    public required string Group { get; init; }

    /// <summary>Version of the group.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Plural, in lower case: the name in addresses.</summary>
    public required string PluralName { get; init; }

    /// <summary>Names that kubectl takes instead of the plural.</summary>
    public string[] ShortNames { get; init; } = [];

    /// <summary>Groups of kinds that <c>kubectl get</c> lists together.</summary>
    public string[] Categories { get; init; } = [];
}
