using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Observed;

/// <summary>One aspect of the state, in the shape that all of Kubernetes shares.</summary>
internal sealed record Condition
{
    [Required]
    [Length(1, 316)]
    [Description("What it is about.")]
    public string Type { get; set; } = "";

    [Required]
    [EnumValues("True", "False", "Unknown")]
    [Description("Whether it is so.")]
    public string Status { get; set; } = "Unknown";

    [RangeMinimum(0)]
    [Description("Generation of the spec that it is about.")]
    public long? ObservedGeneration { get; set; }

    [Required]
    [Description("When its status last changed.")]
    public DateTimeOffset LastTransitionTime { get; set; }

    [Required]
    [Length(1, 1024)]
    [Pattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")]
    [Description("Why, in one word.")]
    public string Reason { get; set; } = "";

    [Required]
    [Length(0, 32768)]
    [Description("Why, in sentences.")]
    public string Message { get; set; } = "";
}
