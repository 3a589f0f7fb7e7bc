using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Observed;

/// <summary>What the operator found.</summary>
internal sealed record MemoryClusterStatus
{
    [Description("Generation of the spec that this status is about.")]
    public long? ObservedGeneration { get; set; }

    [Description("Number of the accepted spec that is in force, as in thermocline.dev/rollback-to.")]
    public long? Revision { get; set; }

    [Description("Pods that are selected.")]
    public int? Desired { get; set; }

    [Description("Selected pods that have a sidecar.")]
    public int? Attached { get; set; }

    [Description("Sidecars that run the revision in force.")]
    public int? UpToDate { get; set; }

    [Description("What all sidecars hold together.")]
    public TiersStatus? Tiers { get; set; }

    [Length(0, 32)]
    [Description("Bytes before compression for each byte after, over all sidecars, such as 3.1.")]
    public string? CompressionRatio { get; set; }

    [Length(0, 32)]
    [Description("How short of memory the worst sidecar is: calm, routine, critical or refusing.")]
    public string? Pressure { get; set; }

    [Items(16)]
    [ListMapKey("revision")]
    [Description("How many sidecars run which revision, the newest first.")]
    public IReadOnlyList<RevisionCount>? Sidecars { get; set; }

    [Description("Pods that should have a sidecar and have none.")]
    public int? MissingCount { get; set; }

    [Items(50)]
    [ListMapKey("pod")]
    [Description("The first fifty of them, with the reason.")]
    public IReadOnlyList<MissingSidecar>? Missing { get; set; }

    [Items(16)]
    [ListMapKey("type")]
    [Description("Ready, Reconciling, Stalled, Degraded and UnderPressure.")]
    public IReadOnlyList<Condition>? Conditions { get; set; }
}
