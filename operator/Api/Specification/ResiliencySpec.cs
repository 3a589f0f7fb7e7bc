using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>What Dapr does while a sidecar does not answer.</summary>
internal sealed record ResiliencySpec
{
    [Description("Whether a Resiliency is written.")]
    public bool Enabled { get; set; } = true;

    [RangeMinimum(1)]
    [RangeMaximum(300)]
    [Description("Seconds after which one call is given up.")]
    public int TimeoutSeconds { get; set; } = 5;

    [RangeMinimum(0)]
    [RangeMaximum(100)]
    [Description("How often a call is repeated, with growing pauses.")]
    public int MaxRetries { get; set; } = 10;
}
