using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>Pods by their labels; all labels and expressions must fit.</summary>
[ValidationRule(
    "(has(self.matchLabels) && size(self.matchLabels) > 0) || (has(self.matchExpressions) && size(self.matchExpressions) > 0)",
    Wording.SelectsSomething)]
internal sealed record LabelSelector
{
    [Items(32)]
    [Length(0, 63)]
    [ValidationRule("self.all(key, size(key) > 0 && size(key) <= 317)", Wording.LabelKeys)]
    [Description("Labels, each with the value it must have.")]
    public IReadOnlyDictionary<string, string>? MatchLabels { get; set; }

    [Items(32)]
    [Description("Expressions on labels.")]
    public IReadOnlyList<LabelRequirement>? MatchExpressions { get; set; }
}
