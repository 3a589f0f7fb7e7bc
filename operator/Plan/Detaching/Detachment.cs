using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Attachment;
using Thermocline.Operator.Plan.Conditions;
using Thermocline.Operator.Plan.Revisions;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Detaching;

/// <summary>
/// The plan for a cluster that is being deleted: first everything goes to the cold store, then, where pods may be evicted, they come
/// back bare one at a time, then nothing holds it any more. The children go with it.
/// </summary>
internal static class Detachment
{
    private const string Action = "Delete";

    public static ClusterPlan Of(Observed observed, DateTimeOffset since, DateTimeOffset now, PlanOptions options)
    {
        var situation = new Situation
        {
            Observed = observed,
            Revision = History.Of(observed).Newest?.Number,
            Findings = Membership.Of(observed, options),
        };
        if (observed.Annotation(MemoryCluster.PausedAnnotation) == "true")
        {
            situation = situation with { IsPaused = true, Leaving = ("Paused", "It is deleted when it is no longer paused.") };
            return Upkeep.Told(new ClusterPlan { RequeueAfter = options.PollInterval }, situation, now);
        }

        List<PodView> holding = [.. Undrained(observed, situation)];
        if (holding.Count > 0 && now < since + options.DrainDeadline)
            return Draining(situation, holding, now, options);
        List<PodView> left = [.. Leaving(observed, situation)];
        if (left.Count > 0 && now < since + options.DetachDeadline)
            return Detaching(situation, left, holding, now, options);
        return Ended(observed, situation, holding, left);
    }

    // Sidecars with a cold store that have not said that everything is there. Without one there is nowhere to send anything.
    private static IEnumerable<PodView> Undrained(Observed observed, Situation situation) =>
        observed.Cluster.Spec.Tiers.Cold.HasStore()
            ? situation.Attached.Where(pod => !observed.Answers.Drains.Any(answer => answer.PodUid == pod.Uid && answer.IsDone))
            : [];

    private static IEnumerable<PodView> Leaving(Observed observed, Situation situation) =>
        observed.Cluster.Spec.Attach.ExistingPods == "Leave"
            ? []
            : situation.Attached.Where(pod => Membership.WhyNotRecreated(pod) is null);

    private static ClusterPlan Draining(Situation situation, List<PodView> holding, DateTimeOffset now, PlanOptions options)
    {
        IReadOnlyList<string> texts = [.. holding.Select(pod => FailureOf(situation.Observed, pod) is { } failure
            ? $"{pod.Name} ({failure})"
            : pod.Name)];
        var plan = new ClusterPlan { Drains = holding, RequeueAfter = options.ProgressInterval };
        return Upkeep.Told(
            plan, situation with { Leaving = ("Draining", $"Everything goes to the cold store first. Waiting for {string.Join(", ", texts)}.") }, now);
    }

    private static ClusterPlan Detaching(
        Situation situation, List<PodView> left, List<PodView> undrained, DateTimeOffset now, PlanOptions options)
    {
        Observed observed = situation.Observed;
        bool wait = observed.Pods.Any(pod => pod is { IsDeleting: true, IsOver: false })
            || observed.Answers.LastEviction is { } last && now < last + options.StepPause
            || observed.Pods.Any(pod => pod is { IsDeleting: false, IsOver: false, IsReady: false } && !pod.IsAttachedTo(observed.Name));
        PodView? next = wait ? null : left.Find(pod => AttachmentStep.Refusal(observed, pod, now) is null);
        var plan = new ClusterPlan
        {
            Evictions = next is null ? [] : [new PodEviction(next.Name, next.Uid, "Its MemoryCluster is deleted; it comes back without a sidecar.")],
            RequeueAfter = options.ProgressInterval,
        };
        string refused = string.Join(", ", left.Select(pod => AttachmentStep.Refusal(observed, pod, now)?.Reason).OfType<string>().Distinct());
        string text = $"Still to come back without a sidecar, one at a time: {left.Count}."
            + (undrained.Count == 0 ? "" : $" Not drained in time: {string.Join(", ", undrained.Select(pod => pod.Name))}.")
            + (refused.Length == 0 ? "" : $" Refused: {refused}");
        return Upkeep.Told(plan, situation with { Leaving = ("Detaching", text) }, now);
    }

    private static ClusterPlan Ended(Observed observed, Situation situation, List<PodView> undrained, List<PodView> left)
    {
        List<ClusterEvent> events = [];
        if (undrained.Count > 0)
        {
            string texts = string.Join(", ", undrained.Select(pod => $"{pod.Name} ({FailureOf(observed, pod) ?? "no answer"})"));
            events.Add(Said("NotDrained", $"Deleted before everything was in the cold store: {texts}", isWarning: true));
        }
        else if (observed.Answers.Drains.Count > 0)
        {
            events.Add(Said("Drained", "Everything is in the cold store.", isWarning: false));
        }

        if (left.Count > 0)
            events.Add(Said("NotDetached", $"Still with a sidecar: {string.Join(", ", left.Select(pod => pod.Name))}", isWarning: true));
        else if (situation.Attached.Any())
            events.Add(Said("LeftAttached", "Its pods keep their sidecars until they are next created.", isWarning: false));
        return new ClusterPlan { IsFinalized = true, Events = events };
    }

    private static string? FailureOf(Observed observed, PodView pod) =>
        observed.Answers.Drains.FirstOrDefault(answer => answer.PodUid == pod.Uid)?.Failure;

    private static ClusterEvent Said(string reason, string note, bool isWarning) => new(reason, note) { IsWarning = isWarning, Action = Action };
}
