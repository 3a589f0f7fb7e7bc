namespace Thermocline.Events.Embedded.Delivering;

/// <summary>One timer for all pauses of a group: set for the one that ends first. Its group's lock is held.</summary>
internal sealed class PauseClock : IAsyncDisposable
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;

    public PauseClock(TimeProvider time, Action ended)
    {
        _time = time;
        _timer = time.CreateTimer(static action => ((Action)action!)(), ended, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Goes off at a timestamp, unless it does before.</summary>
    public void Arm(long? due)
    {
        if (due is not { } at || at >= _armedFor)
            return;
        _armedFor = at;
        TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), at);
        _timer.Change(left > Least ? left : Least, Timeout.InfiniteTimeSpan);
    }

    /// <summary>It went off: for the next one.</summary>
    public void Rearm(long? due)
    {
        _armedFor = long.MaxValue;
        Arm(due);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
