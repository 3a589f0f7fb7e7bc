namespace Thermocline.Events.Redis.Delivery;

/// <summary>The time for which this member holds a partition without a break.</summary>
#pragma warning disable CA1001 // The token's source has a timer until it ends, and always ends: by End or by the clock.
internal sealed class Tenure(TimeProvider time)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _ended = new(Timeout.InfiniteTimeSpan, time);
    private long _until;
    private int _running;

    /// <summary>Ends handlers once it has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Whether it goes on: known without asking anybody.</summary>
    public bool IsOurs => !_ended.IsCancellationRequested && time.GetTimestamp() < Volatile.Read(ref _until);

    /// <summary>Handlers that run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Events read under it that are not done with. Changed by <see cref="Lanes"/> alone.</summary>
    public int Held { get; set; }

    /// <summary>It goes on until then, and ends by itself, whatever the subscription is doing at that moment.</summary>
    public void Extend(long until)
    {
        Volatile.Write(ref _until, until);
        TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), until);
        _ended.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    public void Enter() => Interlocked.Increment(ref _running);

    public void Leave() => Interlocked.Decrement(ref _running);

    public void End() => _ended.Cancel();
}
