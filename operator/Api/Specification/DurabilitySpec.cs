using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>When a write is acknowledged.</summary>
internal sealed record DurabilitySpec
{
    private static readonly DurabilityConfiguration Standard = new();

    [EnumValues(nameof(AcknowledgePolicy.Always), nameof(AcknowledgePolicy.Interval), nameof(AcknowledgePolicy.Never))]
    [Description("When a write is acknowledged. Always: once the disk has it. Interval, Never: once the operating system has it.")]
    public string Policy { get; set; } = Standard.Policy.ToString();

    [RangeMinimum(1)]
    [RangeMaximum(60_000)]
    [Description("Longest time between two syncs under Interval, in milliseconds.")]
    public int IntervalMs { get; set; } = Standard.IntervalMs;

    [RangeMinimum(1)]
    [RangeMaximum(86_400)]
    [Description("Longest time between a write and its shipment to the cold store, in seconds: what a lost node loses.")]
    public int ShipIntervalSeconds { get; set; } = new ColdTierConfiguration().ShipIntervalSeconds;
}
