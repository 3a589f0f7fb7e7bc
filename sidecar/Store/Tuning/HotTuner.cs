namespace Thermocline.Store.Tuning;

/// <summary>
/// Gives the hot tier the size that its use asks for, below a ceiling, and says why. What it learned loses half its weight
/// at every look, so that it follows the present.
/// </summary>
internal sealed class HotTuner(long ceiling, Action<long> resize, TimeProvider time)
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>The tier keeps at least this part of the ceiling: it must be able to notice that more would help.</summary>
    private const int FloorShare = 8;
    private const long FloorBytesMin = 1 << 20;
    private readonly Lock _lock = new();
    private long _ceiling = ceiling;
    private long _bytes = ceiling;
    private long _lookedAt = time.GetTimestamp();
    private string _why = "no look was taken yet.";
    private double _predicted;

    /// <summary>What is read is shown to it.</summary>
    public ReuseSampler Sampler { get; } = new();

    /// <summary>The size in force.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>
    /// The largest size there may be. Setting it takes effect at once: a tier that had all of it goes on having all of it;
    /// one that was found to be large enough stays as it is while it fits.
    /// </summary>
    public long Ceiling
    {
        get => Volatile.Read(ref _ceiling);
        set
        {
            lock (_lock)
            {
                bool hadAll = _bytes == _ceiling;
                _ceiling = value;
                if (hadAll || _bytes > value)
                    Apply(value, "all there may be.");
            }
        }
    }

    public HotTuningStatus Status
    {
        get
        {
            lock (_lock)
                return new HotTuningStatus(_ceiling, _bytes, _predicted, Sampler.Rate, _why);
        }
    }

    /// <summary>Looks when a look is due.</summary>
    public void LookIfDue()
    {
        if (time.GetElapsedTime(_lookedAt) >= Interval)
            Look();
    }

    /// <summary>Takes a look now, and changes the size when that is worth it.</summary>
    public HotSizeAdvice Look()
    {
        lock (_lock)
        {
            _lookedAt = time.GetTimestamp();
            long floor = Math.Min(_ceiling, Math.Max(FloorBytesMin, _ceiling / FloorShare));
            MissRatioCurve curve = Sampler.Curve(0);
            HotSizeAdvice advice = HotSizeAdvice.Of(curve, _bytes, floor, _ceiling);
            _why = advice.Why;
            _predicted = advice.HitRatio;
            if (advice.Changes)
                Apply(advice.Bytes, advice.Why);
            if (curve.Samples >= HotSizeAdvice.SamplesMin)
                Sampler.Forget(0.5);
            return advice;
        }
    }

    private void Apply(long bytes, string why)
    {
        Volatile.Write(ref _bytes, bytes);
        _why = why;
        resize(bytes);
    }
}
