namespace Thermocline.Contract.Status;

/// <summary>Memory, in bytes.</summary>
public sealed record BudgetReport
{
    /// <summary>What the configuration allows.</summary>
    public long Limit { get; init; }

    /// <summary>What the components count themselves, added up.</summary>
    public long Ledger { get; init; }

    /// <summary>What the operating system says the process holds.</summary>
    public long ResidentBytes { get; init; }

    /// <summary>The ledger: bytes by component and part, such as <c>states/hot</c>.</summary>
    public IReadOnlyDictionary<string, long> Components { get; init; } = new Dictionary<string, long>();
}
