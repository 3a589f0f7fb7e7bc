namespace Thermocline.Operator.Api.Schema;

/// <summary>Words that a text, or each text of a list, may be.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EnumValuesAttribute(params string[] values) : Attribute
{
    /// <summary>The words.</summary>
    public IReadOnlyList<string> Values { get; } = values;
}
