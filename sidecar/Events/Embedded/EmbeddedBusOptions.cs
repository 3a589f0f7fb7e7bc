namespace Thermocline.Events.Embedded;

/// <summary>Limits of the embedded engine. Every value has a range that <see cref="EmbeddedBus.OpenAsync"/> checks.</summary>
public sealed record EmbeddedBusOptions
{
    /// <summary>
    /// Events that a topic holds for its slowest group before publishers wait: 1 to 10,000,000. A publication of more is too large.
    /// </summary>
    public int BacklogEventsMax { get; init; } = 100_000;

    /// <summary>Bytes of blocks that a topic holds for its slowest group before publishers wait: 64 KiB to 1 TiB.</summary>
    public long BacklogBytesMax { get; init; } = 256L << 20;

    /// <summary>How long a publisher waits for room before it is answered <see cref="PublishOutcome.Busy"/>: 0 to 1 minute.</summary>
    public TimeSpan PublishWaitMax { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Publications of a topic that may wait for room; one more is answered at once: 0 to 100,000.</summary>
    public int PublishersWaitingMax { get; init; } = 10_000;

    /// <summary>Bytes after which a block takes no further publication: 4 KiB to 8 MiB.</summary>
    public int BlockBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Events of a group that may be outstanding, from the first that is not handled on: 16 to 1,048,576. An event that waits for its
    /// next attempt holds back its own context, and once the window is full the others.
    /// </summary>
    public int WindowEventsMax { get; init; } = 16_384;

    /// <summary>Bytes of blocks that a group holds in RAM for them before it reads no further one: 64 KiB to 1 GiB.</summary>
    public int WindowBytesMax { get; init; } = 16 << 20;

    /// <summary>Handled events after which a group's cursor is written before its time: 1 to 1,000,000.</summary>
    public int CursorEventsMax { get; init; } = 10_000;

    /// <summary>Longest time between an event's handling and the writing of the cursor: 1 ms to 1 minute.</summary>
    public TimeSpan CursorInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long the end of a subscription waits for handlers that run, before it cancels them, and after: 0 to 5 minutes.
    /// </summary>
    public TimeSpan StopWaitMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        var mistakes = new List<string>();
        void Range(string name, double value, double least, double most)
        {
            if (!(value >= least && value <= most))
                mistakes.Add($"{name} is {value:N0}; it may be {least:N0} to {most:N0}.");
        }

        Range(nameof(BacklogEventsMax), BacklogEventsMax, 1, 10_000_000);
        Range(nameof(BacklogBytesMax), BacklogBytesMax, 64 << 10, 1L << 40);
        Range(nameof(PublishWaitMax) + " (ms)", PublishWaitMax.TotalMilliseconds, 0, 60_000);
        Range(nameof(PublishersWaitingMax), PublishersWaitingMax, 0, 100_000);
        Range(nameof(BlockBytes), BlockBytes, 4 << 10, 8 << 20);
        Range(nameof(WindowEventsMax), WindowEventsMax, 16, 1 << 20);
        Range(nameof(WindowBytesMax), WindowBytesMax, 64 << 10, 1 << 30);
        Range(nameof(CursorEventsMax), CursorEventsMax, 1, 1_000_000);
        Range(nameof(CursorInterval) + " (ms)", CursorInterval.TotalMilliseconds, 1, 60_000);
        Range(nameof(StopWaitMax) + " (ms)", StopWaitMax.TotalMilliseconds, 0, 300_000);
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }
}
