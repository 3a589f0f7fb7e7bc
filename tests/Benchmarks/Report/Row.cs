namespace Thermocline.Benchmarks.Report;

/// <summary>One measured line: what ran, who ran it, what came out, and how it compares with ours.</summary>
internal sealed record Row
{
    public required string Benchmark { get; init; }

    public required string Case { get; init; }

    public required string Engine { get; init; }

    /// <summary>The median over the rounds.</summary>
    public required double Figure { get; init; }

    public required string Unit { get; init; }

    public double? P50Us { get; init; }

    public double? P99Us { get; init; }

    /// <summary>Bytes, with what they are of in <see cref="BytesOf"/>.</summary>
    public double? Bytes { get; init; }

    public string? BytesOf { get; init; }

    /// <summary>How many times better ours is than this engine; below 1 we lose.</summary>
    public double? OursBetterBy { get; init; }

    /// <summary>The least <see cref="OursBetterBy"/> that is wanted of this row.</summary>
    public double? GoalRatio { get; init; }

    /// <summary>The largest <see cref="Figure"/> that is wanted of this row.</summary>
    public double? GoalAtMost { get; init; }

    /// <summary>The least <see cref="Figure"/> that is wanted of this row.</summary>
    public double? GoalAtLeast { get; init; }

    /// <summary>Whether the goal is met, or null when the row has none.</summary>
    public bool? GoalMet => (GoalRatio, GoalAtMost, GoalAtLeast) switch
    {
        ({ } least, _, _) => OursBetterBy >= least,
        (_, { } most, _) => Figure <= most,
        (_, _, { } least) => Figure >= least,
        _ => null,
    };
}
