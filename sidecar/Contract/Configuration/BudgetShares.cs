namespace Thermocline.Contract.Configuration;

/// <summary>Percent of the budget per component. They add up to 100.</summary>
public sealed record BudgetShares
{
    /// <summary>Keyed state.</summary>
    public int States { get; init; } = 40;

    /// <summary>Signals.</summary>
    public int Signals { get; init; } = 20;

    /// <summary>Caches.</summary>
    public int Cache { get; init; } = 15;

    /// <summary>Connections and requests in flight.</summary>
    public int Connections { get; init; } = 10;

    /// <summary>The runtime itself.</summary>
    public int System { get; init; } = 15;
}
