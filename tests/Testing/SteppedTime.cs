namespace Thermocline.Testing;

/// <summary>
/// A clock with timers, which go off when it is moved past them. <see cref="RunAsync"/> moves it from timer to timer for as
/// long as some work takes, so that pauses and time-outs of hours take no time.
/// </summary>
public sealed class SteppedTime : TimeProvider
{
    // Before the clock moves, what already waits for a thread gets one, as far as that ends.
    private const int YieldsMax = 100;

    private readonly Lock _gate = new();
    private readonly List<Alarm> _alarms = [];
    private DateTimeOffset _now = new(2026, 1, 31, 23, 59, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Moves the clock; timers that come due go off in their order, each at its moment.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end = GetUtcNow() + by;
        while (TakeDue(end) is { } alarm)
            alarm.GoOff();
        lock (_gate)
            _now = end;
    }

    /// <summary>
    /// Does work, moving the clock to the next timer whenever there is one. The work runs on the timers' own thread, from one timer
    /// to the next, as long as nothing in it waits for something real; so a run of it is the same every time. Cancelling is such a
    /// thing: who waits for a pause that is cancelled goes on upon another thread, while the clock moves.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> start, CancellationToken cancellation)
    {
        // Away from the test's own synchronisation context, which would send each continuation to another thread.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Task<T> work = start();
        while (!work.IsCompleted)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int i = 0; i < YieldsMax && ThreadPool.PendingWorkItemCount > 0; i++)
                await Task.Yield();
            if (TakeDue(DateTimeOffset.MaxValue) is { } alarm)
                alarm.GoOff();
            else
                await Task.Yield();
        }

        return await work;
    }

    private Alarm? TakeDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            Alarm? next = _alarms.Where(alarm => alarm.Due <= end).MinBy(alarm => alarm.Due);
            if (next is null)
                return null;
            _alarms.Remove(next);
            _now = next.Due > _now ? next.Due : _now;
            return next;
        }
    }

    private sealed class Alarm(SteppedTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public void GoOff()
        {
            if (_period > TimeSpan.Zero)
                Change(_period, _period);
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                _period = period;
                time._alarms.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = time._now + dueTime;
                    time._alarms.Add(this);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
                time._alarms.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
