using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Observed;

/// <summary>What all sidecars hold together.</summary>
internal sealed record TiersStatus
{
    [Description("Bytes in RAM.")]
    public long? HotBytes { get; init; }

    [Description("Bytes on local disks.")]
    public long? WarmBytes { get; init; }

    [Description("Bytes in the cold store alone.")]
    public long? ColdBytes { get; init; }

    [Length(0, 32)]
    [Description("hotBytes as people read it, such as 118Mi.")]
    public string? Hot { get; init; }

    [Length(0, 32)]
    [Description("warmBytes as people read it.")]
    public string? Warm { get; init; }

    [Length(0, 32)]
    [Description("coldBytes as people read it.")]
    public string? Cold { get; init; }
}
