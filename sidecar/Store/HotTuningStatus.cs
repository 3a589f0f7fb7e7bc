namespace Thermocline.Store;

/// <summary>The size of the hot tier and why it has it.</summary>
/// <param name="CeilingBytes">The largest size there may be.</param>
/// <param name="Bytes">The size in force.</param>
/// <param name="PredictedHitRatio">The hit ratio that the reuse curve predicts for it, 0 to 1; 0 before the first look.</param>
/// <param name="SampleRate">Share of the keys that is watched.</param>
/// <param name="Why">The reason, in one sentence.</param>
public sealed record HotTuningStatus(long CeilingBytes, long Bytes, double PredictedHitRatio, double SampleRate, string Why);
