using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>What must be true of one label.</summary>
[ValidationRule(
    "!(self.operator in ['In', 'NotIn']) || (has(self.values) && size(self.values) > 0)", Wording.ValuesNeeded, ".values")]
[ValidationRule(
    "!(self.operator in ['Exists', 'DoesNotExist']) || !has(self.values) || size(self.values) == 0", Wording.NoValues, ".values")]
internal sealed record LabelRequirement
{
    [Required]
    [Length(1, 317)]
    [Description("Key of the label.")]
    public string Key { get; set; } = "";

    [Required]
    [EnumValues("In", "NotIn", "Exists", "DoesNotExist")]
    [Description("What must be true of it: In or NotIn the values, Exists, or DoesNotExist.")]
    public string Operator { get; set; } = "";

    [Items(64)]
    [Length(0, 63)]
    [Description("Values for In and NotIn.")]
    public IReadOnlyList<string>? Values { get; set; }
}
