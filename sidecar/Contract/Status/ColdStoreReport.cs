namespace Thermocline.Contract.Status;

/// <summary>The cold store: what was sent to it and how it answers. Counters count since the sidecar started.</summary>
public sealed record ColdStoreReport
{
    /// <summary>Which one, without credentials.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whether the last round was answered.</summary>
    public bool Available { get; init; }

    /// <summary>Whether it is this process's to write to: not before it was first reached, nor after somebody else claimed it.</summary>
    public bool Claimed { get; init; }

    /// <summary>It has no conditional writes: nothing but care keeps a second writer out.</summary>
    public bool SingleWriter { get; init; }

    /// <summary>Raised at every open.</summary>
    public long Epoch { get; init; }

    /// <summary>Everything written up to here can be restored from it alone; null while that is nothing.</summary>
    public DateTimeOffset? RecoveryPoint { get; init; }

    /// <summary>Sequence number of the last write that can be restored from it alone.</summary>
    public ulong RecoverySequence { get; init; }

    /// <summary>Segments in the manifest.</summary>
    public int Segments { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>Segments shipped.</summary>
    public long Shipped { get; init; }

    /// <summary>Bytes shipped, pieces of the tail included.</summary>
    public long ShippedBytes { get; init; }

    /// <summary>Segments that left the local disk.</summary>
    public long Evicted { get; init; }

    /// <summary>Segments that came back.</summary>
    public long Promoted { get; init; }

    /// <summary>Requests for chunks.</summary>
    public long Fetches { get; init; }

    /// <summary>Their bytes.</summary>
    public long FetchedBytes { get; init; }

    /// <summary>Reads it did not answer.</summary>
    public long FetchFailures { get; init; }

    /// <summary>Objects deleted because nobody names them.</summary>
    public long GarbageDeleted { get; init; }

    /// <summary><c>closed</c>: requests are sent. <c>open</c>: none is for a while. <c>half-open</c>: one is, to see.</summary>
    public string Circuit { get; init; } = "closed";

    /// <summary>How often the circuit opened.</summary>
    public long CircuitOpenings { get; init; }

    /// <summary>Conditional writes whose answer was lost and that were found done.</summary>
    public long LostAnswersFound { get; init; }

    /// <summary>The last failure, or null.</summary>
    public string? LastFailure { get; init; }

    /// <summary>When a request last failed.</summary>
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>What was asked of it.</summary>
    public IReadOnlyList<ColdOperationReport> Operations { get; init; } = [];
}
