namespace Thermocline.Contract.Status;

/// <summary>The three tiers.</summary>
public sealed record TiersReport
{
    /// <summary>RAM.</summary>
    public TierReport Hot { get; init; } = new();

    /// <summary>The local disk.</summary>
    public TierReport Warm { get; init; } = new();

    /// <summary>The cold store.</summary>
    public ColdTierReport Cold { get; init; } = new();
}
