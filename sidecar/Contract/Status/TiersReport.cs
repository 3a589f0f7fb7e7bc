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

    /// <summary>The size of the hot tier and why it has it.</summary>
    public HotTuningReport HotTuning { get; init; } = new();
}
