namespace Thermocline.Operator.Api.Schema;

/// <summary>Characters of a text, or of each text of a list or map.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LengthAttribute(int minLength, int maxLength) : Attribute
{
    /// <summary>Fewest.</summary>
    public int MinLength { get; } = minLength;

    /// <summary>Most.</summary>
    public int MaxLength { get; } = maxLength;
}
