namespace Thermocline.Operator.Plan;

/// <summary>How plans are made.</summary>
internal sealed record PlanOptions
{
    /// <summary>Where the operator itself lives: it reaches the sidecars from there, and no pod beside it gets one.</summary>
    public string OperatorNamespace { get; init; } = "thermocline-system";

    /// <summary>Accepted specs that are kept.</summary>
    public int RevisionsMax { get; init; } = 10;

    /// <summary>How often a cluster is looked at while something is in progress.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often while it waits for somebody, or its last change may still be taken back.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often while nothing happens: the sidecars' figures change, and not all is told by a watch.</summary>
    public TimeSpan RestInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often while nothing happens and no sidecar has figures that could change.</summary>
    public TimeSpan BareInterval { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The least time between two evictions of one cluster: what replaces a pod has to appear first.</summary>
    public TimeSpan StepPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after its creation a cluster may not be known to the webhook yet.</summary>
    public TimeSpan WebhookSettle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How old a pod that the webhook missed has to be before another eviction tries whether it works again.</summary>
    public TimeSpan TrialPause { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long sidecars have to send everything to the cold store when their cluster is deleted.</summary>
    public TimeSpan DrainDeadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after its deletion a cluster waits for pods whose eviction is refused.</summary>
    public TimeSpan DetachDeadline { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long after a change it may be taken back.</summary>
    public TimeSpan RollbackWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long after a change, or after a pod's creation, nothing is concluded from its sidecar.</summary>
    public TimeSpan RollbackSettle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Percent of the sidecars that took a change and that must be unwell for it to be taken back.</summary>
    public int RollbackPercent { get; init; } = 50;
}
