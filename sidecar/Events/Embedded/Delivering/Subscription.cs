namespace Thermocline.Events.Embedded.Delivering;

/// <summary>A member of a group in this process: its handler, and the slots that call it. Its state belongs to the group's lock.</summary>
internal sealed class Subscription : IAsyncDisposable
{
    private readonly Group _group;
    private readonly EventHandling _handling;
    private readonly Action<Subscription> _ended;
    private readonly Stack<DeliverySlot> _idle = new();
    private Task? _ending;

    public Subscription(Group group, SubscriptionOptions options, EventHandling handling, Action<Subscription> ended)
    {
        _group = group;
        _handling = handling;
        _ended = ended;
        Options = options;
    }

    public SubscriptionOptions Options { get; }

    /// <summary>Every slot that was ever needed.</summary>
    public List<DeliverySlot> Slots { get; } = [];

    /// <summary>Slots that are awake.</summary>
    public int Awake { get; private set; }

    public bool IsStopping { get; private set; }

    public bool HasIdle => !IsStopping && Awake < Options.ConcurrencyMax;

    /// <summary>Set while its end waits for slots that are awake.</summary>
    public TaskCompletionSource? AllAsleep { get; private set; }

    /// <summary>Whether a timer looks after handlers that take too long.</summary>
    public bool IsWatched { get; set; }

    public ITimer? Watch { get; set; }

    public ValueTask<Handling> Handle(EventDelivery delivery, CancellationToken cancellation) => _handling(delivery, cancellation);

    /// <summary>A slot to wake.</summary>
    public DeliverySlot Wake()
    {
        if (!_idle.TryPop(out DeliverySlot? slot))
        {
            slot = new DeliverySlot(_group, this);
            Slots.Add(slot);
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
            AllAsleep?.TrySetResult();
    }

    /// <summary>Takes no further event; completes when no slot is awake.</summary>
    public Task Stop()
    {
        IsStopping = true;
        AllAsleep ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Awake == 0)
            AllAsleep.TrySetResult();
        return AllAsleep.Task;
    }

    /// <summary>Ends it: waits for handlers that run, cancels those that go on, and writes the cursor.</summary>
    public async ValueTask DisposeAsync()
    {
        Task ending;
        lock (_idle)
            ending = _ending ??= EndAsync();
        await ending;
    }

    private async Task EndAsync()
    {
        await _group.EndAsync(this);
        _ended(this);
    }
}
