namespace Thermocline.Operator.Observe;

/// <summary>What steps of earlier rounds were answered. Kept in memory only: a process that knows none of it asks again.</summary>
internal sealed record StepAnswers
{
    /// <summary>Evictions that were refused.</summary>
    public IReadOnlyList<StepRefusal> Evictions { get; init; } = [];

    /// <summary>Resizes that were refused.</summary>
    public IReadOnlyList<StepRefusal> Resizes { get; init; } = [];

    /// <summary>Drains that were asked for.</summary>
    public IReadOnlyList<DrainAnswer> Drains { get; init; } = [];

    /// <summary>When a pod was last evicted.</summary>
    public DateTimeOffset? LastEviction { get; init; }
}
