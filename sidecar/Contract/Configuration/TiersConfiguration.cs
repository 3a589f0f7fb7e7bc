namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>tiers</c>.</summary>
public sealed record TiersConfiguration
{
    /// <summary>Most records in RAM.</summary>
    public long HotEntriesMax { get; init; } = 100_000;

    /// <summary>Strength from which a segment that lives in the cold store alone comes back to the local disk.</summary>
    public double HotStrengthMin { get; init; } = 0.7;

    /// <summary>Bytes of packed segments on the local disk, beyond which the weakest leave it for the cold store.</summary>
    public long WarmBytesMax { get; init; } = 10L << 30;

    /// <summary>Strength below which a segment leaves the local disk for the cold store.</summary>
    public double WarmStrengthMin { get; init; } = 0.3;

    /// <summary>The cold store.</summary>
    public ColdTierConfiguration Cold { get; init; } = new();
}
