using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>How pods get their sidecar.</summary>
internal sealed record AttachSpec
{
    [EnumValues("Evict", "Leave")]
    [Description("What happens to selected pods that run without a sidecar. Evict: they are evicted one at a time, as far as "
        + "their disruption budgets allow, and come back with one. Leave: they get one when they are next created.")]
    public string ExistingPods { get; set; } = "Evict";

    [Description("Pods that get no sidecar although they are selected.")]
    public LabelSelector? Excluded { get; set; }
}
