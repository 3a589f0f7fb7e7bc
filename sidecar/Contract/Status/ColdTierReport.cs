namespace Thermocline.Contract.Status;

/// <summary>What lives in the cold store alone.</summary>
public sealed record ColdTierReport
{
    /// <summary>Records held.</summary>
    public long Entries { get; init; }

    /// <summary>Bytes held.</summary>
    public long Bytes { get; init; }

    /// <summary>Segments held.</summary>
    public long Objects { get; init; }

    /// <summary>Reads answered here.</summary>
    public long Hits { get; init; }

    /// <summary>Reads that found nothing here.</summary>
    public long Misses { get; init; }
}
