using System.Globalization;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Checking;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Plan.Revisions;

/// <summary>
/// Takes a change back when most sidecars that took it are unwell and were not before. Once: the revision that was taken back is
/// remembered on the cluster, and neither it nor the return to it is judged again.
/// </summary>
internal static class AutoRollback
{
    /// <summary>Pods whose sidecars are unwell: not ready, or short of memory.</summary>
    public static IEnumerable<string> Unwell(Observed observed) =>
        Attached(observed).Where(pod => IsUnwell(pod, ReportOf(observed, pod))).Select(pod => pod.Uid);

    /// <summary>Whether the last change may still be taken back.</summary>
    public static bool IsOpen(Observed observed, History history, DateTimeOffset now, PlanOptions options) =>
        observed.Annotation(Names.AutoRollbackAnnotation) != "false" && history.Revisions is [var newest, var previous, ..]
        && newest.Accepted is { } accepted && SpecText.Of(newest.Spec) == SpecText.Of(observed.Cluster.Spec)
        && now <= accepted + options.RollbackWindow
        && !(observed.Annotation(Names.TakenBackAnnotation) is { } taken && (taken == newest.Name || taken == previous.Name));

    /// <summary>What is due; null when the change stands.</summary>
    public static ClusterPlan? Of(Observed observed, History history, DateTimeOffset now, PlanOptions options)
    {
        if (!IsOpen(observed, history, now, options) || now < history.Revisions[0].Accepted + options.RollbackSettle)
            return null;
        (SpecRevision newest, SpecRevision previous) = (history.Revisions[0], history.Revisions[1]);
        (int took, int unwell) = Judged(observed, newest, now - options.RollbackSettle);
        if (unwell == 0 || unwell * 100 < took * options.RollbackPercent)
            return null;
        MemoryClusterSpec spec = Rollback.Keeping(observed.Cluster.Spec, previous.Spec);
        if (Validation.Of(observed.Cluster with { Spec = spec }, observed.Cluster).Count > 0)
            return null;
        return new ClusterPlan
        {
            Patch = Rollback.Patch(observed, spec, new JsonObject { [Names.TakenBackAnnotation] = newest.Name }),
            Events =
            [
                new ClusterEvent(
                    "RolledBackByItself",
                    $"Rolled back to revision {previous.Number}: {unwell} of {took} sidecars that took revision {newest.Number} "
                    + "were not ready or critically short of memory")
                {
                    IsWarning = true,
                    Action = "Rollback",
                },
            ],
            RequeueAfter = TimeSpan.Zero,
        };
    }

    // A pod that began after the change had no time before it to be well in: it counts once it had time to start. A sidecar that
    // cannot be asked and is not ready is taken to have got the change.
    private static (int Took, int Unwell) Judged(Observed observed, SpecRevision newest, DateTimeOffset startedBefore)
    {
        string number = newest.Number.ToString(CultureInfo.InvariantCulture);
        int took = 0;
        int unwell = 0;
        foreach (PodView pod in Attached(observed).Where(pod => pod.Created <= startedBefore))
        {
            SidecarReport? report = ReportOf(observed, pod);
            bool has = report?.Status is { } status ? status.ConfiguredRevision == number : !pod.IsSidecarReady;
            took += has ? 1 : 0;
            unwell += has && IsUnwell(pod, report) && !newest.Unwell.Contains(pod.Uid) ? 1 : 0;
        }

        return (took, unwell);
    }

    private static bool IsUnwell(PodView pod, SidecarReport? report) =>
        !pod.IsSidecarReady || report?.Status?.Pressure.State is "critical" or "refusing";

    private static IEnumerable<PodView> Attached(Observed observed) =>
        observed.Pods.Where(pod => pod.IsAttachedTo(observed.Name) && pod is { IsDeleting: false, IsOver: false });

    private static SidecarReport? ReportOf(Observed observed, PodView pod) =>
        observed.Reports.FirstOrDefault(report => report.PodUid == pod.Uid);
}
