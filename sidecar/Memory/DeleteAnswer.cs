namespace Thermocline.Memory;

/// <summary>How a delete ended.</summary>
public enum DeleteOutcome
{
    /// <summary>The memory is gone.</summary>
    Deleted,

    /// <summary>There was none.</summary>
    Absent,

    /// <summary>Too many writes wait for their commit: nothing was written, try again.</summary>
    Busy,
}

/// <summary>The answer to a delete.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Durable">Whether the disk knows, or only the operating system.</param>
public readonly record struct DeleteAnswer(DeleteOutcome Outcome, bool Durable);
