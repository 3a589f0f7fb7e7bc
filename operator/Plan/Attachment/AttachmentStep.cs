using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Attachment;

/// <summary>The next eviction of a cluster, if one is due, and what is said of the pods that wait.</summary>
/// <param name="Eviction">The one that is due.</param>
/// <param name="Findings">The pods, with what they wait for.</param>
/// <param name="Holdup">What all wait for, in a word and a sentence; null while the steps go on.</param>
internal sealed record AttachmentStep(PodEviction? Eviction, IReadOnlyList<PodFinding> Findings, (string Reason, string Message)? Holdup)
{
    /// <summary>Whether a pod waits for its turn.</summary>
    public bool IsWaiting => Findings.Any(each => each.Standing == PodStanding.Evictable);

    public static AttachmentStep Of(Observed observed, IReadOnlyList<PodFinding> findings, DateTimeOffset now, PlanOptions options)
    {
        if (StoreTwice(observed, findings, now) is { } duplicate)
            return new AttachmentStep(duplicate, Described(findings, observed, now), null);
        List<PodFinding> candidates = [.. findings.Where(each => each.Standing == PodStanding.Evictable)];
        if (candidates.Count == 0)
            return new AttachmentStep(null, findings, null);
        if (Holding(observed, findings, candidates, now, options) is { } holdup)
        {
            return new AttachmentStep(
                null, [.. findings.Select(each => each.Standing == PodStanding.Evictable
                    ? each with { Reason = holdup.Reason, Message = holdup.Message }
                    : each)],
                holdup);
        }

        // Where the webhook missed a pod, another try is made with that very pod.
        PodView? missed = WebhookMissed(findings, candidates, observed, options);
        PodView? next = candidates.Select(each => each.Pod).Where(pod => Refusal(observed, pod, now) is null)
            .OrderByDescending(pod => pod == missed).ThenBy(pod => pod.IsReady).ThenBy(pod => pod.Created).ThenBy(pod => pod.Name, StringComparer.Ordinal).FirstOrDefault();
        return new AttachmentStep(
            next is null ? null : new PodEviction(next.Name, next.Uid, "It comes back with a sidecar."),
            Described(findings, observed, now), null);
    }

    /// <summary>Why an eviction cannot be asked for again yet.</summary>
    public static StepRefusal? Refusal(Observed observed, PodView pod, DateTimeOffset now) =>
        observed.Answers.Evictions.FirstOrDefault(each => each.PodUid == pod.Uid && each.AgainAt > now);

    // Two pods with one store: only one can write to it, and the younger one came by it wrongly.
    private static PodEviction? StoreTwice(Observed observed, IReadOnlyList<PodFinding> findings, DateTimeOffset now)
    {
        PodView? younger = findings.Where(each => each is { Standing: PodStanding.Attached, Pod.Store: not null })
            .Select(each => each.Pod).GroupBy(pod => pod.Store)
            .SelectMany(holders => holders.OrderBy(pod => pod.Created).ThenBy(pod => pod.Name, StringComparer.Ordinal).Skip(1))
            .FirstOrDefault(pod => Membership.WhyNotRecreated(pod) is null && Refusal(observed, pod, now) is null);
        return younger is null || observed.Pods.Any(pod => pod is { IsDeleting: true, IsOver: false })
            ? null
            : new PodEviction(younger.Name, younger.Uid, $"Another pod holds the store {younger.Store}.");
    }

    private static (string Reason, string Message)? Holding(
        Observed observed, IReadOnlyList<PodFinding> findings, List<PodFinding> candidates, DateTimeOffset now, PlanOptions options)
    {
        if (observed.Pods.FirstOrDefault(pod => pod is { IsDeleting: true, IsOver: false }) is { } going)
            return ("WaitsForAnother", $"One pod at a time: {going.Name} is still going.");
        if (observed.Answers.LastEviction is { } last && now < last + options.StepPause)
            return ("WaitsForAnother", "One pod at a time: the last one was just evicted.");
        if (WebhookMissed(findings, candidates, observed, options) is { } missed && now < missed.Created + options.TrialPause)
        {
            return ("WebhookMissed", $"{missed.Name} was created after the MemoryCluster and got no sidecar, so that eviction would be in "
                + "vain. See whether the webhook is reached, then delete that pod.");
        }

        return findings.FirstOrDefault(each => each is { Standing: PodStanding.Attached, Pod.IsReady: false }) is { } unready
            ? ("WaitsForAnother", $"One pod at a time: {unready.Pod.Name} is not ready.")
            : null;
    }

    // The newest pod says whether the webhook works: when it should have got a sidecar and did not, no other would.
    private static PodView? WebhookMissed(
        IReadOnlyList<PodFinding> findings, List<PodFinding> candidates, Observed observed, PlanOptions options)
    {
        DateTimeOffset known = (observed.Cluster.Metadata.CreationTimestamp ?? default) + options.WebhookSettle;
        PodView? bare = candidates.Select(each => each.Pod).Where(pod => pod.Created > known).MaxBy(pod => pod.Created);
        PodView? attached = findings.Where(each => each.Standing == PodStanding.Attached).Select(each => each.Pod).MaxBy(pod => pod.Created);
        return bare is not null && (attached is null || attached.Created < bare.Created) ? bare : null;
    }

    private static IReadOnlyList<PodFinding> Described(IReadOnlyList<PodFinding> findings, Observed observed, DateTimeOffset now) =>
    [
        .. findings.Select(each => each.Standing == PodStanding.Evictable && Refusal(observed, each.Pod, now) is { } refusal
            ? each with { Reason = "EvictionRefused", Message = refusal.Reason }
            : each),
    ];
}
