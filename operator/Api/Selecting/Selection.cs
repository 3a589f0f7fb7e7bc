namespace Thermocline.Operator.Api.Selecting;

/// <summary>Which cluster a pod belongs to. Pure: webhook and plan decide alike.</summary>
/// <param name="Outcome">How it was decided.</param>
/// <param name="Cluster">The cluster; null unless there is exactly one.</param>
/// <param name="Message">Why, in a sentence.</param>
internal sealed record Selection(SelectionOutcome Outcome, MemoryCluster? Cluster, string Message)
{
    /// <summary>Namespaces in which the cluster itself runs: a webhook that fails there stops everything.</summary>
    public static readonly IReadOnlyList<string> ExcludedNamespaces = ["kube-system", "kube-public", "kube-node-lease"];

    /// <summary>Decides.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="clusters">The clusters of its namespace; others are left out.</param>
    /// <param name="operatorNamespace">The operator's own namespace, where nothing is attached.</param>
    public static Selection Of(SelectedPod pod, IEnumerable<MemoryCluster> clusters, string operatorNamespace)
    {
        if (pod.Namespace == operatorNamespace || ExcludedNamespaces.Contains(pod.Namespace))
            return None(SelectionOutcome.NamespaceExcluded, $"No pod of the namespace {pod.Namespace} gets a sidecar.");
        // A cluster that is being deleted lets go of its pods, and takes no new ones.
        MemoryCluster[] matching =
        [
            .. clusters.Where(cluster => cluster.Metadata.Namespace == pod.Namespace
                    && cluster.Metadata.DeletionTimestamp is null
                    && Selectors.Matches(cluster.Spec.Selector, pod.Labels))
                .OrderBy(static cluster => cluster.Metadata.Name, StringComparer.Ordinal),
        ];
        MemoryCluster[] taking = [.. matching.Where(cluster => Selectors.Takes(cluster, pod.Labels))];
        if (matching.Length == 0)
            return None(SelectionOutcome.NotSelected, "No MemoryCluster selects it.");
        if (OptsOut(pod))
            return None(SelectionOutcome.OptedOut, $"Its {Names.AttachAnnotation} says false.");
        return taking switch
        {
            [var one] => new Selection(SelectionOutcome.Selected, one, $"The MemoryCluster {one.Metadata.Name} selects it."),
            [] => None(SelectionOutcome.Excluded, $"spec.attach.excluded of the MemoryCluster {Listed(matching)} leaves it out."),
            _ => None(
                SelectionOutcome.SelectedTwice,
                $"It is selected by {taking.Length} MemoryClusters, {Listed(taking)}, so it gets the sidecar of none."),
        };
    }

    private static Selection None(SelectionOutcome outcome, string message) => new(outcome, null, message);

    private static string Listed(MemoryCluster[] clusters) =>
        string.Join(" and ", clusters.Select(static cluster => cluster.Metadata.Name));

    private static bool OptsOut(SelectedPod pod) => SaysFalse(pod.Annotations) || SaysFalse(pod.Labels);

    private static bool SaysFalse(IReadOnlyDictionary<string, string>? words) =>
        words is not null && words.TryGetValue(Names.AttachAnnotation, out string? value)
            && value.Trim().Equals("false", StringComparison.OrdinalIgnoreCase);
}
