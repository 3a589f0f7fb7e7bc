namespace Thermocline.Operator.Cluster.Requests;

/// <summary>Something worth telling whoever looks at an object.</summary>
/// <param name="Reason">A word in CamelCase.</param>
/// <param name="Note">What happened, for people.</param>
internal sealed record ClusterEvent(string Reason, string Note)
{
    /// <summary>Whether somebody should look.</summary>
    public bool IsWarning { get; init; }

    /// <summary>What was being done, in CamelCase.</summary>
    public string Action { get; init; } = "Reconcile";
}
