namespace Thermocline.Operator.Api.Schema;

/// <summary>What <c>kubectl explain</c> says of a kind, a section or a field.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property)]
internal sealed class DescriptionAttribute(string description) : Attribute
{
    /// <summary>Whole sentences.</summary>
    public string Description { get; } = description;
}
