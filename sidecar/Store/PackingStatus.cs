namespace Thermocline.Store;

/// <summary>Packing and compression of sealed segments. Counters count since the store was opened.</summary>
public sealed record PackingStatus
{
    /// <summary>The level in force.</summary>
    public CompressionLevel Level { get; init; }

    /// <summary>Packed segments that were made or read since the store was opened.</summary>
    public int Segments { get; init; }

    /// <summary>Records in them.</summary>
    public long Records { get; init; }

    /// <summary>Bytes of their keys, metadata and values.</summary>
    public long PlainBytes { get; init; }

    /// <summary>Bytes of the files.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Bytes before over bytes after; 1 when nothing is packed.</summary>
    public double Ratio => StoredBytes == 0 ? 1 : (double)PlainBytes / StoredBytes;

    /// <summary>Files made.</summary>
    public long Runs { get; init; }

    /// <summary>Bytes of the files they replaced.</summary>
    public long BytesIn { get; init; }

    /// <summary>Bytes of the files that were made.</summary>
    public long BytesOut { get; init; }

    /// <summary>Dead frames that are gone.</summary>
    public long FramesDropped { get; init; }

    /// <summary>The last failure, or null: it is tried again.</summary>
    public string? LastFailure { get; init; }

    /// <summary>What each stage of the pipeline did.</summary>
    public IReadOnlyList<StageStatus> Stages { get; init; } = [];

    /// <summary>Share of absent keys that the filters made since the store was opened let pass, measured; null before the first.</summary>
    public double? FilterFalsePositives { get; init; }

    /// <summary>Bytes of memory of directories, filters, dictionaries and restored chunks.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Chunks found in memory.</summary>
    public long ChunkCacheHits { get; init; }

    /// <summary>Chunks that had to be read and restored.</summary>
    public long ChunkCacheMisses { get; init; }
}
