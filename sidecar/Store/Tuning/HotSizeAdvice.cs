using System.Globalization;

namespace Thermocline.Store.Tuning;

/// <summary>How large the hot tier should be, and why.</summary>
/// <param name="Bytes">The size.</param>
/// <param name="Changes">Whether that is another size than the present one.</param>
/// <param name="HitRatio">The hit ratio that is predicted for it, 0 to 1.</param>
/// <param name="Why">The reason, in one sentence for people.</param>
public sealed record HotSizeAdvice(long Bytes, bool Changes, double HitRatio, string Why)
{
    /// <summary>Below the best affordable hit ratio by at most this: half a point.</summary>
    public const double Margin = 0.005;

    /// <summary>Accesses that must have been looked at before any advice is given.</summary>
    public const long SamplesMin = 10_000;

    /// <summary>Sizes that differ from the present one by less than this part of it are not worth a change.</summary>
    private const double ChangeMin = 0.125;

    private const double Mebibyte = 1 << 20;

    /// <summary>
    /// The smallest size whose predicted hit ratio is within <see cref="Margin"/> of the best affordable one. It stays at
    /// the present size while that is within twice the margin and the change would be small, or too little was seen.
    /// </summary>
    /// <param name="curve">What was seen.</param>
    /// <param name="currentBytes">The present size.</param>
    /// <param name="minBytes">The smallest size there may be.</param>
    /// <param name="maxBytes">The largest size that can be afforded.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sizes are not positive, or the smallest is above the largest.</exception>
    public static HotSizeAdvice Of(MissRatioCurve curve, long currentBytes, long minBytes, long maxBytes)
    {
        ArgumentNullException.ThrowIfNull(curve);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, minBytes);
        if (currentBytes < minBytes || currentBytes > maxBytes)
        {
            long inside = Math.Clamp(currentBytes, minBytes, maxBytes);
            return new HotSizeAdvice(inside, true, curve.HitRatio(inside), Text($"the size must lie between {Size(minBytes)} and {Size(maxBytes)}."));
        }

        if (curve.Samples < SamplesMin)
            return Stay(curve, currentBytes, Text($"only {curve.Samples:N0} of the {SamplesMin:N0} accesses that advice needs were looked at."));
        double best = curve.HitRatio(maxBytes);
        long smallest = Smallest(curve, best - Margin, minBytes, maxBytes);
        double now = curve.HitRatio(currentBytes);
        if (smallest == currentBytes)
            return Stay(curve, currentBytes, Text($"this is the smallest size that reaches the best affordable hit ratio ({Percent(best)}) but for half a point."));
        return smallest > currentBytes
            ? Grow(curve, currentBytes, smallest, best)
            : Shrink(curve, currentBytes, smallest, now);
    }

    private static HotSizeAdvice Grow(MissRatioCurve curve, long current, long wanted, double best)
    {
        double gain = curve.HitRatio(wanted) - curve.HitRatio(current);
        // A size within reach of the best stays: the curve moves a little from look to look, and a change costs reads.
        if (best - curve.HitRatio(current) <= 2 * Margin)
            return Stay(curve, current, Text($"{Size(wanted - current)} more would raise the hit ratio by {Points(gain)} only."));
        return new HotSizeAdvice(wanted, true, curve.HitRatio(wanted),
            Text($"{Size(wanted - current)} more raise the hit ratio by {Points(gain)}, to {Percent(curve.HitRatio(wanted))}."));
    }

    private static HotSizeAdvice Shrink(MissRatioCurve curve, long current, long wanted, double now)
    {
        double loss = now - curve.HitRatio(wanted);
        if (current - wanted < current * ChangeMin)
            return Stay(curve, current, Text($"{Size(current - wanted)} less would be enough, too little to change for."));
        return new HotSizeAdvice(wanted, true, curve.HitRatio(wanted),
            Text($"the last {Size(current - wanted)} raise the hit ratio by {Points(loss)} only."));
    }

    private static HotSizeAdvice Stay(MissRatioCurve curve, long current, string why) =>
        new(current, false, curve.HitRatio(current), why);

    /// <summary>The smallest size that reaches a hit ratio: the curve never falls, so halving the range finds it.</summary>
    private static long Smallest(MissRatioCurve curve, double ratio, long minBytes, long maxBytes)
    {
        long low = minBytes;
        long high = maxBytes;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (curve.HitRatio(middle) >= ratio)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    private static string Size(long bytes) => Text($"{bytes / Mebibyte:0.#} MiB");

    private static string Percent(double ratio) => Text($"{ratio * 100:0.#} %");

    private static string Points(double ratio) => Text($"{ratio * 100:0.0} points");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
