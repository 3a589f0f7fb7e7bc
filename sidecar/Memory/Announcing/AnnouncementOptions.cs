namespace Thermocline.Memory.Announcing;

/// <summary>How far those who are told may be behind.</summary>
public sealed record AnnouncementOptions
{
    /// <summary>Memories saved and not told yet, before a save waits: 10,000 (one full batch) to 10,000,000.</summary>
    public int MemoriesMax { get; init; } = 100_000;

    /// <summary>How long it waits for room before it is answered <see cref="SaveOutcome.Busy"/>: 0 to 1 minute.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromMilliseconds(50);
}
