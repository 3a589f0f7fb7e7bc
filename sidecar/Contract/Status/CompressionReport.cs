namespace Thermocline.Contract.Status;

/// <summary>How much smaller records became. Counters count since the sidecar started.</summary>
public sealed record CompressionReport
{
    /// <summary>The level that is in force.</summary>
    public string Level { get; init; } = "Off";

    /// <summary>Bytes before over bytes after; 1 when nothing is packed.</summary>
    public double Ratio { get; init; } = 1;

    /// <summary>Records in packed segments.</summary>
    public long Records { get; init; }

    /// <summary>Bytes of their keys, metadata and values.</summary>
    public long PlainBytes { get; init; }

    /// <summary>Bytes of the files.</summary>
    public long StoredBytes { get; init; }

    /// <summary>What each stage did.</summary>
    public IReadOnlyList<StageReport> Stages { get; init; } = [];
}
