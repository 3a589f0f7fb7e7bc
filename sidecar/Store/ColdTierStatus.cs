namespace Thermocline.Store;

/// <summary>The cold store and what was sent to it. Counters count since the store was opened.</summary>
public sealed record ColdTierStatus
{
    /// <summary>Which store, without credentials.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whether it answered the last time it was asked.</summary>
    public bool Available { get; init; }

    /// <summary>Whether the bucket is ours: false before it was first reached, and after somebody else claimed it.</summary>
    public bool Claimed { get; init; }

    /// <summary>No conditional writes: nothing but care keeps a second writer out.</summary>
    public bool SingleWriter { get; init; }

    /// <summary>Raised at every open.</summary>
    public long Epoch { get; init; }

    /// <summary>Everything written up to here can be restored from the bucket alone; null while that is nothing.</summary>
    public DateTimeOffset? RecoveryPoint { get; init; }

    /// <summary>Sequence number of the last write that can be restored from the bucket alone.</summary>
    public ulong RecoverySequence { get; init; }

    /// <summary>Segments in the manifest.</summary>
    public int Segments { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>Segments that live in the cold store alone.</summary>
    public int ColdSegments { get; init; }

    /// <summary>Records in them.</summary>
    public long ColdRecords { get; init; }

    /// <summary>Bytes of their chunks, which are not on the local disk.</summary>
    public long ColdBytes { get; init; }

    /// <summary>Segments shipped.</summary>
    public long Shipped { get; init; }

    /// <summary>Bytes shipped, pieces of the tail included.</summary>
    public long ShippedBytes { get; init; }

    /// <summary>Segments that left the local disk.</summary>
    public long Evicted { get; init; }

    /// <summary>Segments that came back.</summary>
    public long Promoted { get; init; }

    /// <summary>Reads that were answered from segments that live in the cold store alone.</summary>
    public long Hits { get; init; }

    /// <summary>Requests for chunks.</summary>
    public long Fetches { get; init; }

    /// <summary>Their bytes.</summary>
    public long FetchedBytes { get; init; }

    /// <summary>Reads that could not be answered because the cold store was away.</summary>
    public long FetchFailures { get; init; }

    /// <summary>Objects deleted because nobody names them.</summary>
    public long GarbageDeleted { get; init; }

    /// <summary>The last failure of a round, or null.</summary>
    public string? LastFailure { get; init; }
}
