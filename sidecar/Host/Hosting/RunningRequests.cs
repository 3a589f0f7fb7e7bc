namespace Thermocline.Sidecar.Hosting;

/// <summary>
/// Counts the requests that are being answered, so that the store is not closed under one of them, and knows the slowest.
/// </summary>
internal sealed class RunningRequests
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private long _slowest;
    private volatile bool _awaited;

    /// <summary>Requests being answered.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>A request begins.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    /// <summary>The longest time that a request took which ended since this was last asked.</summary>
    public TimeSpan TakeSlowest() => TimeSpan.FromTicks(Interlocked.Exchange(ref _slowest, 0));

    /// <summary>A request has ended.</summary>
    public void Leave(TimeSpan took)
    {
        long slowest = Interlocked.Read(ref _slowest);
        while (took.Ticks > slowest)
        {
            long seen = Interlocked.CompareExchange(ref _slowest, took.Ticks, slowest);
            if (seen == slowest)
                break;
            slowest = seen;
        }

        if (Interlocked.Decrement(ref _count) == 0 && _awaited)
            _idle.TrySetResult();
    }

    /// <summary>
    /// Waits until none runs, at most this long; answers whether none does. Only once no new ones come any more.
    /// </summary>
    public async Task<bool> WhenNoneAsync(TimeSpan atMost)
    {
        _awaited = true;
        if (Count == 0)
            return true;
        try
        {
            await _idle.Task.WaitAsync(atMost);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
