namespace Thermocline.Events.Redis.Delivery;

/// <summary>What a subscription has done since it began.</summary>
internal sealed class Counts
{
    private long _handled;
    private long _redelivered;
    private long _deadLetters;
    private int _inFlight;

    public long Handled => Volatile.Read(ref _handled);

    public long Redelivered => Volatile.Read(ref _redelivered);

    public long DeadLetters => Volatile.Read(ref _deadLetters);

    public int InFlight => Volatile.Read(ref _inFlight);

    public void Begin() => Interlocked.Increment(ref _inFlight);

    public void End() => Interlocked.Decrement(ref _inFlight);

    public void CountHandled() => Interlocked.Increment(ref _handled);

    public void CountRedelivered() => Interlocked.Increment(ref _redelivered);

    public void CountDeadLetter() => Interlocked.Increment(ref _deadLetters);
}
