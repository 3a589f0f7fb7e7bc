namespace Thermocline.Operator.Api.Schema;

/// <summary>Most items of a list or map.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ItemsAttribute(int maxItems) : Attribute
{
    /// <summary>Most.</summary>
    public int MaxItems { get; } = maxItems;
}
