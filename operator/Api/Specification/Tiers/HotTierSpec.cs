using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification.Tiers;

/// <summary>RAM.</summary>
internal sealed record HotTierSpec
{
    private static readonly TiersConfiguration Standard = new();

    [RangeMinimum(1)]
    [RangeMaximum(1_000_000_000)]
    [Description("Most records in RAM. Not acted on by this version: the hot tier is bounded in bytes, which follow from the budget.")]
    public long MaxEntries { get; set; } = Standard.HotEntriesMax;

    [Length(0, 20)]
    [ValidationRule(
        $"self == '' || (self.matches('{Wording.Amount}') && quantity(self).compareTo(quantity('1Mi')) >= 0"
        + " && quantity(self).compareTo(quantity('128Gi')) <= 0)",
        Wording.HotAmount)]
    [Description("Most bytes in RAM, within spec.budget.limit. Empty: what the budget leaves. Not acted on by this version.")]
    public string MaxBytes { get; set; } = "";

    [RangeMinimum(0)]
    [RangeMaximum(1)]
    [Description("Strength (0 to 1) from which a segment that lives in the cold store alone comes back to the local disk. "
        + "Not below warm.minStrength.")]
    public double MinStrength { get; set; } = Standard.HotStrengthMin;
}
