namespace Thermocline.Store;

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

    /// <summary>Of the records held, those that lie in RAM compressed. The hot tier only.</summary>
    public long CompressedEntries { get; init; }

    /// <summary>Bytes these would take as they are.</summary>
    public long CompressedPlainBytes { get; init; }

    /// <summary>Bytes they take.</summary>
    public long CompressedBytes { get; init; }
}
