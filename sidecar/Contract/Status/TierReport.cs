namespace Thermocline.Contract.Status;

/// <summary>One tier. Counters count since the sidecar started.</summary>
public sealed record TierReport
{
    /// <summary>Records held.</summary>
    public long Entries { get; init; }

    /// <summary>Bytes held.</summary>
    public long Bytes { get; init; }

    /// <summary>Limit in bytes, 0 for none.</summary>
    public long Limit { get; init; }

    /// <summary>Reads answered here.</summary>
    public long Hits { get; init; }

    /// <summary>Reads that asked here and went on.</summary>
    public long Misses { get; init; }

    /// <summary>Records that left this tier.</summary>
    public long Evictions { get; init; }
}
