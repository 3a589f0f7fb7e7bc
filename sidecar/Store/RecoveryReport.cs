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

    /// <summary>What a crash left unfinished after the last whole frame of a segment, and was cut off.</summary>
    public IReadOnlyList<Damage> Torn { get; init; } = [];

    /// <summary>Bytes that were cut off.</summary>
    public long TornBytes => Torn.Sum(static cut => cut.Bytes);

    /// <summary>What was found damaged, at most 1,000 entries.</summary>
    public IReadOnlyList<Damage> Damages { get; init; } = [];
}
