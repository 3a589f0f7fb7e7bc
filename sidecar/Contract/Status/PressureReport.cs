namespace Thermocline.Contract.Status;

/// <summary>Whether memory runs short, and what was done. What <c>GET /v1/pressure</c> answers.</summary>
public sealed record PressureReport
{
    /// <summary><c>calm</c>, <c>routine</c>, <c>critical</c> or <c>refusing</c>.</summary>
    public string State { get; init; } = "calm";

    /// <summary>What is compared with the marks.</summary>
    public long UsedBytes { get; init; }

    /// <summary>The budget in force: <c>budget.limit</c>, or the container's limit where that is less.</summary>
    public long LimitBytes { get; init; }

    /// <summary>The mark of routine relief.</summary>
    public long HighBytes { get; init; }

    /// <summary>The mark of the emergency.</summary>
    public long CriticalBytes { get; init; }

    /// <summary>The mark from which writes are refused when the emergency did not help.</summary>
    public long RefuseBytes { get; init; }

    /// <summary>Most that the hot tier may take now.</summary>
    public long HotTargetBytes { get; init; }

    /// <summary>The level in force; for <c>Adaptive</c> what it means now.</summary>
    public string CompressionLevel { get; init; } = "";

    /// <summary>Whether new writes are refused.</summary>
    public bool RefusingWrites { get; init; }

    /// <summary>Writes refused since the start.</summary>
    public long RefusedWrites { get; init; }

    /// <summary>Who holds the memory that is missing, in one sentence; null while nothing is missing.</summary>
    public string? Culprit { get; init; }

    /// <summary>Memory at the last look.</summary>
    public PressureMemory Memory { get; init; } = new();

    /// <summary>The ladder, cheapest step first.</summary>
    public IReadOnlyList<PressureStep> Steps { get; init; } = [];

    /// <summary>The last actions, newest last, at most 256.</summary>
    public IReadOnlyList<PressureAction> Actions { get; init; } = [];
}
