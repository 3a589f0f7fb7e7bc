namespace Thermocline.Operator.Cluster.Pacing;

/// <summary>Pauses that double with every failure in a row, up to the longest.</summary>
/// <param name="First">The pause after the first failure.</param>
/// <param name="Longest">No pause is longer.</param>
internal sealed record Backoff(TimeSpan First, TimeSpan Longest)
{
    // From here on any first pause has reached any longest one.
    private const int DoublingsMax = 40;

    /// <summary>The pause after that many failures.</summary>
    public TimeSpan After(int failures)
    {
        if (failures <= 0)
            return TimeSpan.Zero;
        double seconds = First.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, DoublingsMax));
        return seconds < Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : Longest;
    }

    /// <summary>The pause, shortened by up to half, so that many who failed together do not come back together.</summary>
    /// <param name="failures">How many failures in a row.</param>
    /// <param name="chance">From 0 to 1.</param>
    public TimeSpan After(int failures, double chance) => After(failures) * (1 - (chance / 2));
}
