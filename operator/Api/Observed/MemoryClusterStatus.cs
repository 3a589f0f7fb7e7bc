using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Observed;

/// <summary>What the operator found.</summary>
internal sealed record MemoryClusterStatus
{
    [Description("Generation of the spec that this status is about.")]
    public long? ObservedGeneration { get; init; }

    [Description("Number of the accepted spec that is in force, as in thermocline.dev/rollback-to.")]
    public long? Revision { get; init; }

    [Description("Pods that are selected.")]
    public int? Desired { get; init; }

    [Description("Selected pods that have a sidecar.")]
    public int? Attached { get; init; }

    [Description("Sidecars that run the revision in force.")]
    public int? UpToDate { get; init; }

    [Description("What all sidecars hold together.")]
    public TiersStatus? Tiers { get; init; }

    [Length(0, 32)]
    [Description("Bytes before compression for each byte after, over all sidecars, such as 3.1.")]
    public string? CompressionRatio { get; init; }

    [Length(0, 32)]
    [Description("How short of memory the worst sidecar is: ok, soft, hard or critical.")]
    public string? Pressure { get; init; }

    [Items(16)]
    [ListMapKey("revision")]
    [Description("How many sidecars run which revision, the newest first.")]
    public IReadOnlyList<RevisionCount>? Sidecars { get; init; }

    [Description("Pods that should have a sidecar and have none.")]
    public int? MissingCount { get; init; }

    [Items(50)]
    [ListMapKey("pod")]
    [Description("The first fifty of them, with the reason.")]
    public IReadOnlyList<MissingSidecar>? Missing { get; init; }

    [Items(16)]
    [ListMapKey("type")]
    [Description("Ready, Reconciling, Stalled, Degraded and UnderPressure.")]
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
