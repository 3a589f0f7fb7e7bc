namespace Thermocline.Contract.Status;

/// <summary>Packing of sealed segments. Counters count since the sidecar started.</summary>
public sealed record PackingReport
{
    /// <summary>Packed segments.</summary>
    public int Segments { get; init; }

    /// <summary>Packed segments made.</summary>
    public long Runs { get; init; }

    /// <summary>Bytes of the files they replaced.</summary>
    public long BytesIn { get; init; }

    /// <summary>Bytes of the files made.</summary>
    public long BytesOut { get; init; }

    /// <summary>Dead frames whose space was given back.</summary>
    public long FramesDropped { get; init; }

    /// <summary>Share of absent keys that the key filters made since the start let pass, measured; null before the first.</summary>
    public double? FilterFalsePositives { get; init; }

    /// <summary>Memory of directories, filters, dictionaries and restored chunks.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Chunks found in memory.</summary>
    public long ChunkCacheHits { get; init; }

    /// <summary>Chunks that had to be read, or fetched, and restored.</summary>
    public long ChunkCacheMisses { get; init; }

    /// <summary>Why packing failed last, or null; it is tried again.</summary>
    public string? LastFailure { get; init; }
}
