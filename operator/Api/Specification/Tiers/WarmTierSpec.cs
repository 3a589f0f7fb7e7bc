using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification.Tiers;

/// <summary>The local disk.</summary>
internal sealed record WarmTierSpec
{
    private static readonly TiersConfiguration Standard = new();

    [Length(1, 20)]
    [ValidationRule(
        $"self.matches('{Wording.Amount}') && quantity(self).compareTo(quantity('1Mi')) >= 0"
        + " && quantity(self).compareTo(quantity('1Pi')) <= 0",
        Wording.WarmAmount)]
    [Description("Size of each sidecar's volume, as a quantity from 1Mi to 1Pi. What is weakest leaves it for the cold store before it is full.")]
    public string Size { get; set; } = Quantity.Format(Standard.WarmBytesMax);

    [Length(0, 253)]
    [ValidationRule($"self == '' || self.matches('{Wording.ObjectName}')", Wording.NameOfObject)]
    [ValidationRule("self == oldSelf", Wording.Immutable)]
    [Description("Storage class of a volume for each pod. Empty: the node's own disk (emptyDir), which goes with the pod. Cannot be changed.")]
    public string StorageClassName { get; set; } = "";

    [RangeMinimum(0)]
    [RangeMaximum(1)]
    [Description("Strength (0 to 1) below which a segment leaves the local disk for the cold store.")]
    public double MinStrength { get; set; } = Standard.WarmStrengthMin;
}
