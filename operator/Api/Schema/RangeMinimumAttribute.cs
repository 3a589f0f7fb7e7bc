namespace Thermocline.Operator.Api.Schema;

/// <summary>Smallest number that is accepted.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RangeMinimumAttribute(double minimum) : Attribute
{
    /// <summary>The number itself is accepted.</summary>
    public double Minimum { get; } = minimum;
}
