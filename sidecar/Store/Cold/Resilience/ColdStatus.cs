namespace Thermocline.Store.Cold.Resilience;

/// <summary>Figures of one moment of a cold store.</summary>
public sealed record ColdStatus
{
    /// <summary>Which store.</summary>
    public required string Name { get; init; }

    /// <summary>Whether requests are sent.</summary>
    public ColdCircuit Circuit { get; init; }

    /// <summary>How often the circuit opened.</summary>
    public long Openings { get; init; }

    /// <summary>Conditional writes whose answer was lost and that were found done by reading them back.</summary>
    public long LostAnswersFound { get; init; }

    /// <summary>The last failure, or null. Without any credential.</summary>
    public string? LastFailure { get; init; }

    /// <summary>When the last failure was.</summary>
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>Counters, one entry for each member of <see cref="ColdOperation"/> in its order.</summary>
    public required IReadOnlyList<ColdOperationStatus> Operations { get; init; }

    /// <summary>The counters of one operation.</summary>
    public ColdOperationStatus Of(ColdOperation operation) => Operations[(int)operation];
}
