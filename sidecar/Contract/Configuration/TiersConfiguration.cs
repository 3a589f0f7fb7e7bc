namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>tiers</c>.</summary>
public sealed record TiersConfiguration
{
    /// <summary>Most records in RAM.</summary>
    public long HotEntriesMax { get; init; } = 100_000;

    /// <summary>Strength from which a record belongs into RAM.</summary>
    public double HotStrengthMin { get; init; } = 0.7;

    /// <summary>Most bytes on the local disk.</summary>
    public long WarmBytesMax { get; init; } = 10L << 30;

    /// <summary>Strength from which a record belongs onto the local disk.</summary>
    public double WarmStrengthMin { get; init; } = 0.3;

    /// <summary>The cold store.</summary>
    public ColdTierConfiguration Cold { get; init; } = new();
}
