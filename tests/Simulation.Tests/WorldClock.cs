namespace Thermocline.Simulation.Tests;

/// <summary>A wall clock that jumps both ways. Its timers are due at once: nobody in a world waits.</summary>
internal sealed class WorldClock : TimeProvider
{
    private long _wall = new DateTimeOffset(2026, 1, 31, 23, 59, 0, TimeSpan.Zero).UtcTicks;
    private long _steady;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public long NowMs => GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The latest moment it ever showed: what ended before that may have been taken away.</summary>
    public long LatestMs { get; private set; }

    public void Jump(TimeSpan by)
    {
        Volatile.Write(ref _wall, _wall + by.Ticks);
        Volatile.Write(ref _steady, _steady + Math.Max(0, by.Ticks));
        LatestMs = Math.Max(LatestMs, NowMs);
    }

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _wall), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _steady);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
            callback(state);
        return new Due();
    }

    private sealed class Due : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
