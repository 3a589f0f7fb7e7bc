namespace Thermocline.Contract.Status;

/// <summary>What is kept in memory only to be quick.</summary>
public sealed record CachesReport
{
    /// <summary>Bytes all caches may hold together.</summary>
    public long Limit { get; init; }

    /// <summary>Bytes all caches hold.</summary>
    public long Bytes { get; init; }

    /// <summary>Each cache by its name.</summary>
    public IReadOnlyDictionary<string, CacheReport> Caches { get; init; } = new Dictionary<string, CacheReport>();
}
