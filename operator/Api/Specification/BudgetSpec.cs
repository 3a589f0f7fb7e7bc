using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>How much memory a sidecar may use.</summary>
[ValidationRule("self.highWatermark < self.criticalWatermark", Wording.WatermarkOrder, ".highWatermark")]
internal sealed record BudgetSpec
{
    private static readonly BudgetConfiguration Standard = new();

    [Length(1, 20)]
    [ValidationRule(
        $"self.matches('{Wording.Amount}') && quantity(self).compareTo(quantity('16Mi')) >= 0"
        + " && quantity(self).compareTo(quantity('128Gi')) <= 0",
        Wording.BudgetAmount)]
    [Description("Memory of each sidecar, as a quantity from 16Mi to 128Gi. It is also the memory limit of its container.")]
    public string Limit { get; set; } = Quantity.Format(Standard.Limit);

    [RangeMinimum(1)]
    [RangeMaximum(100)]
    [Description("Percent of the limit at which routine relief begins. Below criticalWatermark.")]
    public int HighWatermark { get; set; } = Standard.HighWatermark;

    [RangeMinimum(1)]
    [RangeMaximum(100)]
    [Description("Percent of the limit at which the emergency begins.")]
    public int CriticalWatermark { get; set; } = Standard.CriticalWatermark;

    [RangeMinimum(1)]
    [RangeMaximum(3_600)]
    [Description("Seconds between two looks at memory.")]
    public int IntervalSeconds { get; set; } = Standard.IntervalSeconds;

    [Description("Percent of the limit for each component. They add up to 100: give all five, or none.")]
    public SharesSpec Shares { get; set; } = new();
}
