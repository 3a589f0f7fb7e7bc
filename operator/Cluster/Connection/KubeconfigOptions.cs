namespace Thermocline.Operator.Cluster.Connection;

/// <summary>What of a kubeconfig is used.</summary>
internal sealed record KubeconfigOptions
{
    /// <summary>The context; null for the current one.</summary>
    public string? Context { get; init; }

    /// <summary>Whether a cluster that says so is believed without proof.</summary>
    public bool AllowsUntrusted { get; init; }
}
