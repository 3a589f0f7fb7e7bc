namespace Thermocline.Events.Embedded.Delivering;

/// <summary>A member of a group in this process: its handler, and the slots that call it. Its state belongs to the group's lock.</summary>
internal sealed class Subscription : IAsyncDisposable
{
    private readonly Group _group;
    private readonly EventHandling _handling;
    private readonly EngineParts _parts;
    private readonly Action<Subscription> _ended;
    private readonly Lock _ends = new();
    private readonly List<DeliverySlot> _slots = [];
    private readonly Stack<DeliverySlot> _idle = new();
    private readonly ITimer _watch;
    private TaskCompletionSource? _allAsleep;
    private Task? _ending;

    public Subscription(Group group, SubscriptionOptions options, EventHandling handling, EngineParts parts, Action<Subscription> ended)
    {
        _group = group;
        _handling = handling;
        _parts = parts;
        _ended = ended;
        Options = options;
        _watch = parts.Time.CreateTimer(
            static self => ((Subscription)self!).EndOverdue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public SubscriptionOptions Options { get; }

    /// <summary>Slots that are awake.</summary>
    public int Awake { get; private set; }

    public bool IsStopping { get; private set; }

    public bool HasIdle => !IsStopping && Awake < Options.ConcurrencyMax;

    /// <summary>Whether the timer that looks after handlers is set.</summary>
    public bool IsWatched { get; set; }

    public ValueTask<Handling> Handle(EventDelivery delivery, CancellationToken cancellation) => _handling(delivery, cancellation);

    /// <summary>Slots with an event that counts.</summary>
    public List<DeliverySlot> Running() => _slots.FindAll(static slot => slot.Offset >= 0 && !slot.IsAbandoned);

    /// <summary>A slot to wake.</summary>
    public DeliverySlot Wake()
    {
        if (!_idle.TryPop(out DeliverySlot? slot))
        {
            slot = new DeliverySlot(_group, this);
            _slots.Add(slot);
        }

        Awake++;
        slot.IsFresh = true;
        return slot;
    }

    public void Sleep(DeliverySlot slot)
    {
        _idle.Push(slot);
        Awake--;
        if (Awake == 0)
            _allAsleep?.TrySetResult();
    }

    /// <summary>Takes no further event; completes when no slot is awake.</summary>
    public Task Stop()
    {
        IsStopping = true;
        _allAsleep ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Awake == 0)
            _allAsleep.TrySetResult();
        return _allAsleep.Task;
    }

    /// <summary>One timer looks after all handlers of the subscription.</summary>
    public void BeginToWatch()
    {
        if (IsWatched)
            return;
        IsWatched = true;
        _watch.Change(Options.HandlingLimit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends it: waits for handlers that run, cancels those that go on, and writes the cursor.</summary>
    public async ValueTask DisposeAsync()
    {
        Task ending;
        lock (_ends)
            ending = _ending ??= EndAsync();
        await ending;
    }

    private async Task EndAsync()
    {
        Task asleep = _group.StopAsync(this);
        if (!await IsOverAsync(asleep))
        {
            await _group.CancelAsync(this);
            if (!await IsOverAsync(asleep))
                _group.Abandon(this);
        }

        await _group.LeaveAsync(this);
        await _watch.DisposeAsync();
        _ended(this);
    }

    private async ValueTask<bool> IsOverAsync(Task asleep)
    {
        if (asleep.IsCompleted)
            return true;
        try
        {
            await asleep.WaitAsync(_parts.Options.StopWaitMax, _parts.Time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void EndOverdue()
    {
        var overdue = new List<CancellationTokenSource>();
        if (_group.EndOverdue(this, overdue) is { } next)
            _watch.Change(next, Timeout.InfiniteTimeSpan);
        foreach (CancellationTokenSource cancellation in overdue)
            cancellation.Cancel();
    }
}
