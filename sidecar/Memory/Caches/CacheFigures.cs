namespace Thermocline.Memory.Caches;

/// <summary>What a cache holds, and what became of the questions to it since it was made.</summary>
/// <param name="Name">The cache.</param>
/// <param name="Entries">Entries held.</param>
/// <param name="Bytes">Bytes held.</param>
/// <param name="BytesMax">Bytes it may hold by itself; the budget of all caches may allow less.</param>
public sealed record CacheFigures(string Name, int Entries, long Bytes, long BytesMax)
{
    /// <summary>Questions it answered.</summary>
    public long Hits { get; init; }

    /// <summary>Questions it could not answer.</summary>
    public long Misses { get; init; }

    /// <summary>Entries that left for want of room.</summary>
    public long Evictions { get; init; }

    /// <summary>Entries that left because they were too old, or no longer true.</summary>
    public long Outdated { get; init; }
}
