namespace Thermocline.Store.Tiering;

/// <summary>
/// How strongly a segment is remembered, after long-term potentiation: 0 to 1, the mean over its records. A use raises its
/// record's strength by a part of what it lacks, s ← s + g (1 − s); time halves it once a half-life, s ← s · 2^(−t / h).
/// Computed when it is asked for; nothing runs for it.
/// </summary>
public static class Strength
{
    /// <summary>Strength of a record that was just written.</summary>
    public const double Initial = 1.0;

    /// <summary>What part of the missing strength one use gives back to its record.</summary>
    public const double Gain = 0.5;

    /// <summary>Strength after time without use.</summary>
    public static double Decayed(double strength, TimeSpan elapsed, TimeSpan halfLife) =>
        elapsed <= TimeSpan.Zero ? strength : strength * Math.Pow(2, -elapsed.TotalSeconds / halfLife.TotalSeconds);

    /// <summary>Mean strength of a segment's records after some of them were used.</summary>
    public static double Reinforced(double strength, long uses, long records) =>
        uses <= 0 ? strength : 1 - ((1 - strength) * Math.Pow(1 - Gain, (double)uses / Math.Max(1, records)));
}
