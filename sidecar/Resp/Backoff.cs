namespace Thermocline.Resp;

/// <summary>Pauses that double from a first to a longest one, each drawn between its half and its whole. Not for several threads at once.</summary>
/// <param name="first">The first pause.</param>
/// <param name="longest">The longest pause.</param>
/// <param name="random">Draws between 0 and 1.</param>
public sealed class Backoff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    private const int DoublingsMax = 62;

    private int _doublings;

    /// <summary>The next pause.</summary>
    public TimeSpan Next()
    {
        double whole = Math.Min(first.Ticks * Math.Pow(2, _doublings), longest.Ticks);
        _doublings = Math.Min(_doublings + 1, DoublingsMax);
        return TimeSpan.FromTicks((long)(whole * (0.5 + (random() / 2))));
    }

    /// <summary>Starts from the first again.</summary>
    public void Reset() => _doublings = 0;
}
