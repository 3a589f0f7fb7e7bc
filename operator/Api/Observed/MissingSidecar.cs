using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Observed;

/// <summary>A pod that should have a sidecar and has none.</summary>
internal sealed record MissingSidecar
{
    [Required]
    [Length(1, 253)]
    [Description("Name of the pod.")]
    public string Pod { get; set; } = "";

    [Required]
    [Length(1, 128)]
    [Description("Why, in one word.")]
    public string Reason { get; set; } = "";

    [Length(0, 1024)]
    [Description("Why, in a sentence.")]
    public string? Message { get; set; }
}
