namespace Thermocline.Store.Tuning;

/// <summary>
/// What share of the accesses an LRU cache of any size would have missed, measured on one cache's worth of samples. Never
/// rises with the size. Immutable.
/// </summary>
public sealed class MissRatioCurve
{
    /// <summary>Steps of the curve between a size and its double: neighbouring sizes differ by 4.4 %.</summary>
    internal const int StepsPerDoubling = 16;

    /// <summary>Sizes up to 2^48 bytes are told apart.</summary>
    internal const int Steps = 48 * StepsPerDoubling;

    private readonly double[] _hitsUpTo;
    private readonly double _accesses;

    /// <summary>A curve.</summary>
    /// <param name="hits">Hits by step of their distance.</param>
    /// <param name="accesses">All accesses, in the same measure.</param>
    /// <param name="samples">Accesses that were really looked at.</param>
    internal MissRatioCurve(ReadOnlySpan<double> hits, double accesses, long samples)
    {
        _hitsUpTo = new double[Steps];
        double sum = 0;
        for (int step = 0; step < Steps; step++)
        {
            sum += hits[step];
            _hitsUpTo[step] = Math.Max(0, sum);
        }

        _accesses = Math.Max(accesses, Math.Max(0, sum));
        Samples = samples;
    }

    /// <summary>Accesses that were really looked at: the more, the surer.</summary>
    public long Samples { get; }

    /// <summary>The share of accesses an LRU cache of so many bytes would have missed, 0 to 1; 1 when nothing was seen.</summary>
    public double MissRatio(long bytes) => 1 - HitRatio(bytes);

    /// <summary>The share of accesses an LRU cache of so many bytes would have answered, 0 to 1.</summary>
    public double HitRatio(long bytes)
    {
        if (bytes < 1 || _accesses <= 0)
            return 0;
        // The hits of a step are taken to lie evenly inside it.
        double place = Math.Log2(bytes) * StepsPerDoubling;
        int step = (int)Math.Min(place, Steps - 1);
        double before = step == 0 ? 0 : _hitsUpTo[step - 1];
        double inside = _hitsUpTo[step] - before;
        return Math.Clamp((before + (inside * Math.Min(1, place - step))) / _accesses, 0, 1);
    }

    /// <summary>The step of a distance.</summary>
    internal static int StepOf(double bytes) =>
        bytes <= 1 ? 0 : (int)Math.Min(Steps - 1, Math.Log2(bytes) * StepsPerDoubling);
}
