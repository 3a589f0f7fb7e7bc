namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>budget</c>: one number, from which all sizes in memory are derived.</summary>
public sealed record BudgetConfiguration
{
    /// <summary>Smallest limit that is accepted.</summary>
    public const long LimitMin = 16L << 20;

    /// <summary>Largest limit that is accepted.</summary>
    public const long LimitMax = 128L << 30;

    /// <summary>Bytes of memory the sidecar may use.</summary>
    public long Limit { get; init; } = 512L << 20;

    /// <summary>Percent of the limit at which routine relief starts.</summary>
    public int HighWatermark { get; init; } = 75;

    /// <summary>Percent of the limit at which the emergency ladder starts.</summary>
    public int CriticalWatermark { get; init; } = 90;

    /// <summary>Seconds between two looks at the pressure.</summary>
    public int IntervalSeconds { get; init; } = 5;

    /// <summary>Shares of the components.</summary>
    public BudgetShares Shares { get; init; } = new();
}
