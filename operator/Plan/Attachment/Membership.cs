using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Selecting;
using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Plan.Attachment;

/// <summary>Says of each pod how it stands to the cluster, and why it has no sidecar when it should have one.</summary>
internal static class Membership
{
    // Controllers that make a pod anew when one is evicted. A Job counts an evicted pod as failed, and what others do is not known.
    private static readonly string[] Recreating = ["ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController"];

    public static IReadOnlyList<PodFinding> Of(Observed observed, PlanOptions options) =>
        [.. observed.Pods.Select(pod => Of(pod, observed, options))];

    /// <summary>Why eviction would not bring a pod back; null when it would.</summary>
    public static (string Reason, string Message)? WhyNotRecreated(PodView pod) => pod switch
    {
        _ when pod.Annotations.ContainsKey(Names.MirrorAnnotation) =>
            ("MirrorPod", "The kubelet runs it from a file of its own, which no webhook sees."),
        { OwnerKind: null } => ("NoController", "Nothing would create it again. Delete it and create it anew."),
        { OwnerKind: "Job" } => ("JobPod", "Its job would count it as failed. Its next pods get a sidecar."),
        { OwnerKind: { } kind } when !Recreating.Contains(kind) =>
            ("UnknownController", $"Whether {pod.Owner} would create it again is not known. Delete it when it suits you."),
        _ => null,
    };

    private static PodFinding Of(PodView pod, Observed observed, PlanOptions options)
    {
        if (pod.IsOver || pod.IsDeleting)
            return new PodFinding(pod, PodStanding.Apart);
        if (pod.IsAttachedTo(observed.Name))
            return new PodFinding(pod, PodStanding.Attached);
        // As the webhook decides it, which asks the same question of all clusters at once.
        var selection = Selection.Of(
            new SelectedPod(observed.Namespace, pod.Labels, pod.Annotations), [observed.Cluster], options.OperatorNamespace);
        if (selection.Outcome is not (SelectionOutcome.Selected or SelectionOutcome.NamespaceExcluded)
            || !Selectors.Takes(observed.Cluster, pod.Labels))
            return new PodFinding(pod, PodStanding.Apart);
        if (Obstacle(pod, observed, selection) is var (reason, message))
            return new PodFinding(pod, PodStanding.Missing, reason, message);
        return new PodFinding(pod, PodStanding.Evictable, "WaitsForItsTurn", "It is evicted when its turn comes, and comes back with a sidecar.");
    }

    private static (string Reason, string Message)? Obstacle(PodView pod, Observed observed, Selection selection)
    {
        if (observed.Rivals.TryGetValue(pod.Name, out IReadOnlyList<string>? others) && others.Count > 0)
            return ("SelectedTwice", $"{string.Join(", ", others)} selects it too. A pod can have one sidecar.");
        if (selection.Outcome == SelectionOutcome.NamespaceExcluded)
            return (nameof(SelectionOutcome.NamespaceExcluded), selection.Message);
        if (pod.HasHostNetwork)
            return ("HostNetwork", "It uses the network of its node, where the sidecar's ports would be everybody's.");
        if (pod.SidecarAt is not null)
        {
            return pod.Labels.GetValueOrDefault(Names.ClusterLabel) is { } other && pod.Annotations.ContainsKey(Names.InjectionAnnotation)
                ? ("AttachedElsewhere", $"It has the sidecar of {other}.")
                : ("ContainerNameTaken", $"It has a container named {Names.Container} that the operator did not put there.");
        }

        if (WhyNotRecreated(pod) is { } never)
            return never;
        return observed.Cluster.Spec.Attach.ExistingPods == "Leave"
            ? ("Left", "spec.attach.existingPods is Leave: it gets a sidecar when it is next created.")
            : null;
    }
}
