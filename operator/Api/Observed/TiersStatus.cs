using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Observed;

/// <summary>What all sidecars hold together.</summary>
internal sealed record TiersStatus
{
    [Description("Bytes in RAM.")]
    public long? HotBytes { get; set; }

    [Description("Bytes on local disks.")]
    public long? WarmBytes { get; set; }

    [Description("Bytes in the cold store alone.")]
    public long? ColdBytes { get; set; }

    [Length(0, 32)]
    [Description("hotBytes as people read it, such as 118Mi.")]
    public string? Hot { get; set; }

    [Length(0, 32)]
    [Description("warmBytes as people read it.")]
    public string? Warm { get; set; }

    [Length(0, 32)]
    [Description("coldBytes as people read it.")]
    public string? Cold { get; set; }
}
