namespace Thermocline.Contract.Status;

/// <summary>How the store was opened.</summary>
public sealed record RecoverySummary
{
    /// <summary>Whether the last stop was clean.</summary>
    public bool Clean { get; init; }

    /// <summary>Milliseconds the open took.</summary>
    public double TookMs { get; init; }

    /// <summary>Frames read from the log to bring the index up to date.</summary>
    public long FramesReplayed { get; init; }

    /// <summary>Bytes of an unfinished commit that were cut off.</summary>
    public long TornBytes { get; init; }

    /// <summary>What was found damaged, at the open or since: the first hundred.</summary>
    public IReadOnlyList<DamageReport> Damages { get; init; } = [];

    /// <summary>How many damaged places were found.</summary>
    public int DamageCount { get; init; }
}
