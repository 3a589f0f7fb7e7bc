namespace Thermocline.Events.Embedded.Delivering;

/// <summary>How long an event waits for its next attempt.</summary>
internal static class Jitter
{
    /// <summary>
    /// Anything up to the delay, which doubles with every attempt up to the longest: full jitter, so that what failed together is
    /// not tried together again.
    /// </summary>
    /// <param name="options">Delays.</param>
    /// <param name="attempts">Attempts so far.</param>
    /// <param name="chance">Drawn from [0, 1).</param>
    public static TimeSpan Pause(SubscriptionOptions options, int attempts, double chance)
    {
        double longest = options.RetryDelayMax.TotalMilliseconds;
        double delay = Math.Min(longest, options.RetryDelay.TotalMilliseconds * Math.Pow(2, Math.Min(attempts - 1, 62)));
        return TimeSpan.FromMilliseconds(Math.Max(1, delay * chance));
    }
}
