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

    /// <summary>Frames of these that hold only what changed since an earlier value of their key.</summary>
    public long DeltaFrames { get; init; }

    /// <summary>Bytes that the log is shorter for them.</summary>
    public long DeltaBytesSaved { get; init; }

    /// <summary>Group commits.</summary>
    public long Commits { get; init; }

    /// <summary>Syncs of the log.</summary>
    public long Syncs { get; init; }

    /// <summary>Reads that found nothing.</summary>
    public long Misses { get; init; }

    /// <summary>Open snapshots.</summary>
    public int Snapshots { get; init; }

    /// <summary>Packing and compression of sealed segments.</summary>
    public PackingStatus Packing { get; init; } = new();

    /// <summary>The size of the hot tier and why it has it.</summary>
    public HotTuningStatus HotTuning { get; init; } = new(0, 0, 0, 0, "");

    /// <summary>The cold store, or null when there is none.</summary>
    public ColdTierStatus? Cold { get; init; }

    /// <summary>The first failure that latched the store, or null while it takes writes.</summary>
    public string? LatchedBy { get; init; }

    /// <summary>Why the last write was refused for want of disk space, or null: then it was not.</summary>
    public string? DiskFullBy { get; init; }

    /// <summary>What was found damaged so far, at most 1,000 places.</summary>
    public IReadOnlyList<Damage> Damages { get; init; } = [];

    /// <summary>How the store was opened.</summary>
    public RecoveryReport Recovery { get; init; } = new();
}
