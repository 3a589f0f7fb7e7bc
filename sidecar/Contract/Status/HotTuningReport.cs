namespace Thermocline.Contract.Status;

/// <summary>The size of the hot tier and why it has it.</summary>
public sealed record HotTuningReport
{
    /// <summary>The largest size there may be: half the budget.</summary>
    public long CeilingBytes { get; init; }

    /// <summary>The size in force.</summary>
    public long Bytes { get; init; }

    /// <summary>The hit ratio that the reuse of records predicts for it; 0 before the first look.</summary>
    public double PredictedHitRatio { get; init; }

    /// <summary>The reason, in one sentence.</summary>
    public string Why { get; init; } = "";
}
