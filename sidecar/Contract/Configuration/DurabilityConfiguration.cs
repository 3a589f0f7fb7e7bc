namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>durability</c>.</summary>
public sealed record DurabilityConfiguration
{
    /// <summary>When a write is acknowledged.</summary>
    public AcknowledgePolicy Policy { get; init; } = AcknowledgePolicy.Always;

    /// <summary>Milliseconds between two syncs under <see cref="AcknowledgePolicy.Interval"/>: 1 to 60,000.</summary>
    public int IntervalMs { get; init; } = 10;
}
