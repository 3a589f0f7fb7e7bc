using Thermocline.Operator.Cluster.Pacing;

namespace Thermocline.Operator.Cluster.Queues;

/// <summary>Limits of a queue.</summary>
internal sealed record QueueOptions
{
    /// <summary>The pauses after failures of one object.</summary>
    public Backoff Backoff { get; init; } = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1000));

    /// <summary>Repetitions of all objects together, a second.</summary>
    public double RepetitionsPerSecond { get; init; } = 10;

    /// <summary>Repetitions that may come at once.</summary>
    public int RepetitionsBurst { get; init; } = 100;

    /// <summary>Objects that may wait, be worked on, or have a timer.</summary>
    public int KeysMax { get; init; } = 100_000;

    /// <summary>Told how long an object waited, when a worker takes it.</summary>
    public Action<TimeSpan>? Waited { get; init; }
}
