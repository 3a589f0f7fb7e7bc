namespace Thermocline.Store;

/// <summary>How an open went.</summary>
public sealed record RecoveryReport
{
    /// <summary>Whether the index came from its snapshot and no frame had to be read.</summary>
    public bool Clean { get; init; }

    /// <summary>Time the open took.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Frames read from the log to bring the index up to date.</summary>
    public long FramesReplayed { get; init; }

    /// <summary>Bytes of an unfinished commit that were cut off.</summary>
    public long TornBytes { get; init; }

    /// <summary>What was found damaged, at most 1,000 entries.</summary>
    public IReadOnlyList<Damage> Damages { get; init; } = [];
}
