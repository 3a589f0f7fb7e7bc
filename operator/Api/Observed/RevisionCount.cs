using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Observed;

/// <summary>How many sidecars run one revision.</summary>
internal sealed record RevisionCount
{
    [Required]
    [Length(1, 63)]
    [Description("The revision.")]
    public string Revision { get; set; } = "";

    [Required]
    [Description("How many sidecars run it.")]
    public int Count { get; set; }
}
