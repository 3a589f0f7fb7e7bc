using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification.Tiers;

/// <summary>What is kept where.</summary>
[ValidationRule("self.hot.minStrength >= self.warm.minStrength", Wording.StrengthOrder, ".hot.minStrength")]
internal sealed record TiersSpec
{
    [Description("RAM.")]
    public HotTierSpec Hot { get; set; } = new();

    [Description("The local disk.")]
    public WarmTierSpec Warm { get; set; } = new();

    [Description("The cold store.")]
    public ColdTierSpec Cold { get; set; } = new();
}
