using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Checking;
using Thermocline.Operator.Api.Observed;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Attachment;
using Thermocline.Operator.Plan.Conditions;
using Thermocline.Operator.Plan.Desired;
using Thermocline.Operator.Plan.Revisions;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan;

/// <summary>The plan for a cluster that is to stay.</summary>
internal static class Upkeep
{
    public static ClusterPlan Of(Observed observed, DateTimeOffset now, PlanOptions options)
    {
        var history = History.Of(observed);
        IReadOnlyList<PodFinding> findings = Membership.Of(observed, options);
        var situation = new Situation { Observed = observed, Revision = history.Newest?.Number, Findings = findings };
        if (observed.Annotation(MemoryCluster.PausedAnnotation) == "true")
        {
            return Told(
                new ClusterPlan { RequeueAfter = options.PollInterval },
                situation with { IsPaused = true, Findings = Held(findings, "Paused", "The MemoryCluster is paused.") }, now);
        }

        if (Rollback.Of(observed, history) is { } asked)
            return asked;
        IReadOnlyList<FieldMistake> mistakes = Mistakes(observed, history);
        if (mistakes.Count > 0)
        {
            return Told(
                new ClusterPlan { RequeueAfter = options.PollInterval },
                situation with { Mistakes = mistakes, Findings = Held(findings, "InvalidSpec", "The spec of the MemoryCluster has mistakes.") }, now);
        }


        return AutoRollback.Of(observed, history, now, options) ?? Changes(situation, history, now, options);
    }

    // Against what was accepted last, so that a change the API server should have refused does not reach the sidecars either.
    private static IReadOnlyList<FieldMistake> Mistakes(Observed observed, History history) => Validation.Of(
        observed.Cluster, history.Newest is { } newest ? observed.Cluster with { Spec = newest.Spec } : null);

    private static ClusterPlan Changes(Situation situation, History history, DateTimeOffset now, PlanOptions options)
    {
        Observed observed = situation.Observed;
        SpecRevision accepted = history.Accept(observed, AutoRollback.Unwell(observed), now);
        bool isNew = accepted != history.Newest;
        var children = Children.Of(observed, accepted.Number, options);
        var step = AttachmentStep.Of(observed, situation.Findings, now, options);
        var resizing = Resizing.Of(observed, situation.Findings, now);
        // Without its name a child is not there, and a sidecar without its configuration would not start.
        bool evicts = children.Taken.Count == 0 && step.Eviction is not null;
        List<ObjectApply> applies = [.. children.Changed];
        if (isNew)
            applies.Insert(0, accepted.ToApply(observed));
        var plan = new ClusterPlan
        {
            Applies = applies,
            Secret = children.Secret,
            Deletes = [.. children.Unwanted, .. history.Prunes(observed, accepted, options.RevisionsMax)],
            Resizes = resizing.Resizes,
            Evictions = evicts ? [step.Eviction!] : [],
            Events = isNew ? [new ClusterEvent("Accepted", $"The spec is revision {accepted.Number} now.")] : [],
        };
        bool moving = applies.Count > 0 || resizing.Resizes.Count > 0 || step.Eviction is not null
            || (step.IsWaiting && step.Holdup is not { Reason: "WebhookMissed" })
            || situation.Said.Any(each => each.Status.ConfiguredRevision != $"{accepted.Number}");
        // What a rival cluster does is told to that one alone.
        bool waiting = step.IsWaiting || children.Taken.Count > 0 || resizing.Waiting.Count > 0 || observed.Rivals.Count > 0
            || AutoRollback.IsOpen(observed, history, now, options);
        return Told(
            plan with { RequeueAfter = moving ? options.ProgressInterval : Pause(situation, waiting, options) },
            situation with
            {
                Revision = accepted.Number,
                Findings = step.Findings,
                Taken = children.Taken,
                WaitingForMemory = resizing.Waiting,
                Holdup = step.Holdup,
            },
            now);
    }

    private static TimeSpan Pause(Situation situation, bool waiting, PlanOptions options)
    {
        if (waiting)
            return options.PollInterval;
        return situation.Findings.Any(each => each.Standing == PodStanding.Attached) ? options.RestInterval : options.BareInterval;
    }

    /// <summary>A plan with the status that belongs to it, and events for what is new in that.</summary>
    public static ClusterPlan Told(ClusterPlan plan, Situation situation, DateTimeOffset now)
    {
        MemoryClusterStatus? before = situation.Observed.Cluster.Status;
        MemoryClusterStatus status = StatusOf.Of(situation, now);
        return plan with
        {
            Status = StatusOf.IfChanged(status, before),
            Events = situation.IsPaused ? [] : [.. plan.Events, .. Turns(status, before)],
        };
    }

    private static IReadOnlyList<PodFinding> Held(IReadOnlyList<PodFinding> findings, string reason, string message) =>
        [.. findings.Select(each => each.Standing == PodStanding.Evictable ? each with { Reason = reason, Message = message } : each)];

    // Conditions that have become true and that somebody should look at; and the moment at which all is well.
    private static IEnumerable<ClusterEvent> Turns(MemoryClusterStatus status, MemoryClusterStatus? before)
    {
        foreach (Condition condition in status.Conditions ?? [])
        {
            bool was = before?.Conditions?.FirstOrDefault(each => each.Type == condition.Type)?.Status == "True";
            if (was || condition.Status != "True" || condition.Type == ClusterConditions.Reconciling)
                continue;
            yield return new ClusterEvent(condition.Type, condition.Message) { IsWarning = condition.Type != ClusterConditions.Ready };
        }
    }
}
