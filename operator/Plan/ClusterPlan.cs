using System.Text.Json.Nodes;
using Thermocline.Operator.Api.Observed;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Detaching;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan;

/// <summary>Everything that is to be done for one cluster now. It leaves no choice to whoever carries it out.</summary>
internal sealed record ClusterPlan
{
    /// <summary>A change of the resource itself. Everything else is then left to the next plan, which sees what came of it.</summary>
    public JsonObject? Patch { get; init; }

    /// <summary>Objects that are not as they should be, the newest revision first.</summary>
    public IReadOnlyList<ObjectApply> Applies { get; init; } = [];

    public SecretCreate? Secret { get; init; }

    public IReadOnlyList<ObjectDelete> Deletes { get; init; } = [];

    public IReadOnlyList<PodResize> Resizes { get; init; } = [];

    /// <summary>Pods whose sidecars are told to send everything to the cold store.</summary>
    public IReadOnlyList<PodView> Drains { get; init; } = [];

    /// <summary>At most one.</summary>
    public IReadOnlyList<PodEviction> Evictions { get; init; } = [];

    /// <summary>The status, when it is another one than there is.</summary>
    public MemoryClusterStatus? Status { get; init; }

    public IReadOnlyList<ClusterEvent> Events { get; init; } = [];

    /// <summary>Whether nothing holds a deleted cluster back any more.</summary>
    public bool IsFinalized { get; init; }

    public TimeSpan? RequeueAfter { get; init; }

    /// <summary>Whether anything is written by it.</summary>
    public bool IsEmpty =>
        Patch is null && Secret is null && Status is null
        && Applies.Count + Deletes.Count + Resizes.Count + Drains.Count + Evictions.Count + Events.Count == 0;

    public static ClusterPlan Of(Observed observed, DateTimeOffset now, PlanOptions options) =>
        observed.Cluster.Metadata.DeletionTimestamp is { } since
            ? Detachment.Of(observed, since, now, options)
            : Upkeep.Of(observed, now, options);
}
