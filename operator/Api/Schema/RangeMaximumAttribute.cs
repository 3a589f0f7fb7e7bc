namespace Thermocline.Operator.Api.Schema;

/// <summary>Largest number that is accepted.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RangeMaximumAttribute(double maximum) : Attribute
{
    /// <summary>The number itself is accepted.</summary>
    public double Maximum { get; } = maximum;
}
