using Thermocline.Resp;

namespace Thermocline.Events.Dapr;

/// <summary>Handles what Dapr delivers of one topic: tries each event as often as it may, while those after it in its context wait.</summary>
internal sealed class DaprSubscription(
    SubscriptionOptions options, EventHandling handling, (TimeProvider Time, Func<double> Random) world, Action<DaprSubscription> ended)
    : IAsyncDisposable
{
#pragma warning disable CA2213 // Neither has a handle or a timer; a delivery that comes late may still look at them.
    private readonly SemaphoreSlim _slots = new(options.ConcurrencyMax);
    private readonly CancellationTokenSource _stop = new();
#pragma warning restore CA2213
    private readonly Dictionary<string, Task> _lines = [];
    private readonly Lock _gate = new();
    private long _handled;
    private long _redelivered;
    private long _deadLetters;
    private int _inFlight;

    public SubscriptionOptions Options => options;

    public GroupStatus Status => new(
        options.Group, 0, null, Volatile.Read(ref _inFlight), Volatile.Read(ref _handled), Volatile.Read(ref _redelivered),
        Volatile.Read(ref _deadLetters));

    /// <summary>What came of an event: done, to be delivered again, or a dead letter.</summary>
    public async Task<Handling> DeliverAsync(EventDelivery delivery, CancellationToken cancellation)
    {
        if (delivery.Context.Length == 0)
            return await TryAsync(delivery, cancellation);
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? before;
        lock (_gate)
        {
            _lines.TryGetValue(delivery.Context, out before);
            _lines[delivery.Context] = own.Task;
        }

        try
        {
            if (before is not null)
                await before;
            return await TryAsync(delivery, cancellation);
        }
        finally
        {
            lock (_gate)
            {
                if (_lines[delivery.Context] == own.Task)
                    _lines.Remove(delivery.Context);
            }

            own.SetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        ended(this);
        for (int slot = 0; slot < options.ConcurrencyMax; slot++)
            await _slots.WaitAsync();
    }

    private async Task<Handling> TryAsync(EventDelivery delivery, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        var pauses = new Backoff(options.RetryDelay, options.RetryDelayMax, world.Random);
        try
        {
            for (int attempt = 1; attempt <= options.AttemptsMax; attempt++)
            {
                if (attempt > 1)
                {
                    Interlocked.Increment(ref _redelivered);
                    await Task.Delay(pauses.Next(), world.Time, either.Token);
                }

                Handling answer = await OnceAsync(delivery with { Attempt = attempt }, either.Token);
                if (answer == Handling.Done)
                    Interlocked.Increment(ref _handled);
                if (answer == Handling.Done)
                    return answer;
                if (answer == Handling.DeadLetter)
                    break;
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Dapr hung up, or we end: it is delivered again.
            return Handling.Retry;
        }

        Interlocked.Increment(ref _deadLetters);
        return Handling.DeadLetter;
    }

    private async Task<Handling> OnceAsync(EventDelivery delivery, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation);
        Interlocked.Increment(ref _inFlight);
        using var limit = new CancellationTokenSource(options.HandlingLimit, world.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await handling(delivery, either.Token).AsTask().WaitAsync(either.Token);
        }
#pragma warning disable CA1031 // Whatever a handler throws says that the event is not handled; it is tried again, and is a dead letter at last.
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return Handling.Retry;
        }
#pragma warning restore CA1031
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            _slots.Release();
        }
    }
}
