namespace Thermocline.Operator.Cluster.Pacing;

/// <summary>So many at once, then so many a second. Not safe for several threads.</summary>
internal sealed class TokenBucket(double perSecond, int burst, TimeProvider time)
{
    private double _tokens = burst;
    private long _countedAt = time.GetTimestamp();

    /// <summary>Takes the next turn and says how long it is until then.</summary>
    public TimeSpan Reserve()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_countedAt, now).TotalSeconds * perSecond)) - 1;
        _countedAt = now;
        return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
    }
}
