using Thermocline.Sidecar.Governor.Planning;

namespace Thermocline.Sidecar.Governor.Ladder;

/// <summary>One way to give memory back.</summary>
internal sealed record ReliefStep
{
    /// <summary>Its name in events, metrics and documents.</summary>
    public required string Name { get; init; }

    /// <summary>The state from which on it is taken.</summary>
    public required PressureState From { get; init; }

    /// <summary>What it is predicted to cost before it ever ran.</summary>
    public required StepCost Cost { get; init; }

    /// <summary>Gives back so many bytes, if it can. Runs on the governor's thread; must not wait for a network.</summary>
    public required Func<long, CancellationToken, Relief> Run { get; init; }

    /// <summary>Least time between two runs.</summary>
    public TimeSpan Pause { get; init; }
}
