using Thermocline.Store;

namespace Thermocline.Memory.Search;

/// <summary>What a search found: everything but the contents.</summary>
internal sealed record SearchFigures
{
    /// <summary>Sequence number of the last write the search saw.</summary>
    public ulong Sequence { get; init; }

    public IReadOnlyList<SearchHit> Hits { get; init; } = [];

    public double Confidence { get; init; }

    public IReadOnlyDictionary<Tier, long> ScannedByTier { get; init; } = new Dictionary<Tier, long>();

    public long Scanned { get; init; }

    public long Matched { get; init; }

    public long Damaged { get; init; }

    public long Unavailable { get; init; }
}
