namespace Thermocline.Store;

/// <summary>Figures of one moment. Counters count since the store was opened.</summary>
public sealed record StoreStatus
{
    /// <summary>Live keys, expired ones not yet removed included.</summary>
    public long Keys { get; init; }

    /// <summary>Sequence number of the last write.</summary>
    public ulong Sequence { get; init; }

    /// <summary>The hot tier.</summary>
    public TierStatus Hot { get; init; } = new();

    /// <summary>The warm tier.</summary>
    public TierStatus Warm { get; init; } = new();

    /// <summary>Segments on disk, the open one included.</summary>
    public int Segments { get; init; }

    /// <summary>Bytes of native memory of the index.</summary>
    public long IndexBytes { get; init; }

    /// <summary>Bytes of native memory of the open segment's key list and the commit buffers.</summary>
    public long BufferBytes { get; init; }

    /// <summary>Bytes of keys and values given to put operations since the store was opened.</summary>
    public long BytesIn { get; init; }

    /// <summary>Frames written.</summary>
    public long Writes { get; init; }

    /// <summary>Group commits.</summary>
    public long Commits { get; init; }

    /// <summary>Syncs of the log.</summary>
    public long Syncs { get; init; }

    /// <summary>Reads that found nothing.</summary>
    public long Misses { get; init; }

    /// <summary>Open snapshots.</summary>
    public int Snapshots { get; init; }

    /// <summary>The first failure that latched the store, or null while it takes writes.</summary>
    public string? LatchedBy { get; init; }

    /// <summary>How the store was opened.</summary>
    public RecoveryReport Recovery { get; init; } = new();
}

/// <summary>Figures of one tier.</summary>
public sealed record TierStatus
{
    /// <summary>Records held.</summary>
    public long Entries { get; init; }

    /// <summary>Bytes held.</summary>
    public long Bytes { get; init; }

    /// <summary>Limit in bytes, 0 for none.</summary>
    public long Limit { get; init; }

    /// <summary>Reads answered here.</summary>
    public long Hits { get; init; }

    /// <summary>Reads that asked here and went on to the next tier.</summary>
    public long Misses { get; init; }

    /// <summary>Records that left this tier.</summary>
    public long Evictions { get; init; }
}

/// <summary>How an open went.</summary>
public sealed record RecoveryReport
{
    /// <summary>Whether the index came from its snapshot and no frame had to be read.</summary>
    public bool Clean { get; init; }

    /// <summary>Time the open took.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Frames read from the log to bring the index up to date.</summary>
    public long FramesReplayed { get; init; }

    /// <summary>Bytes of an unfinished commit that were cut off.</summary>
    public long TornBytes { get; init; }

    /// <summary>What was found damaged, at most 1,000 entries.</summary>
    public IReadOnlyList<Damage> Damages { get; init; } = [];
}

/// <summary>Bytes that failed their checksum. They are never served.</summary>
/// <param name="File">File relative to the data folder.</param>
/// <param name="Offset">First damaged byte's frame or block.</param>
/// <param name="Bytes">Length of the damaged stretch.</param>
/// <param name="What">What stood there, in words.</param>
public sealed record Damage(string File, long Offset, long Bytes, string What);
