using Thermocline.Events.Checks;
using Thermocline.Events.Embedded.Delivering;
using Thermocline.Events.Embedded.Publishing;
using Thermocline.Store;
using Thermocline.Store.Accounting;

namespace Thermocline.Events.Embedded;

/// <summary>
/// The event bus on a store of ours. A publication is done when the store has acknowledged it under its durability policy. The
/// store belongs to the caller, who disposes it after the bus.
/// </summary>
public sealed class EmbeddedBus : IEventBus
{
    /// <summary>Subscriptions of one bus.</summary>
    public const int SubscriptionsMax = 4_096;

    private readonly EngineParts _parts;
    private readonly Registry _registry;
    private readonly Lock _gate = new();
    private readonly HashSet<Subscription> _subscriptions = [];
    private bool _closed;

    private EmbeddedBus(EngineParts parts)
    {
        _parts = parts;
        _registry = new Registry(parts);
    }

    /// <summary>Opens the bus that lies in a store, or begins one.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="chance">Draws from [0, 1), for the jitter of retries; may be called from many threads at once.</param>
    /// <exception cref="ArgumentException">An option is out of range; every mistake is named.</exception>
    /// <exception cref="StoreException">What the store has of the bus cannot be read.</exception>
    public static async ValueTask<EmbeddedBus> OpenAsync(
        TieredStore store, EmbeddedBusOptions options, TimeProvider time, Func<double> chance)
    {
        options.Validate();
        MemoryAccount account = store.Memory.Ledger.Open("signals", "events", MemoryKind.Managed);
        try
        {
            var bus = new EmbeddedBus(new EngineParts(store, options, time, chance, account, new EngineHealth()));
            await Opening.RunAsync(bus._registry, bus._parts, CancellationToken.None);
            return bus;
        }
        catch
        {
            account.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public EventBusStatus Status => new(
        "embedded", _parts.Health.Available, _parts.Health.LastFailure,
        [.. _registry.Topics.OrderBy(static topic => topic.Id).Select(static topic => topic.Status)]);

    /// <inheritdoc/>
    public ValueTask<PublishAnswer> PublishAsync(string topic, ReadOnlyMemory<EventDraft> events, CancellationToken cancellation) =>
        topic is not null && _registry.Find(topic) is { } known
            ? known.PublishAsync(events, 0, cancellation)
            : PublishToNewAsync(topic, events, cancellation);

    /// <inheritdoc/>
    /// <exception cref="StoreException">The topic or the group is new and could not be written.</exception>
    public async ValueTask<IAsyncDisposable> SubscribeAsync(SubscriptionOptions options, EventHandling handling, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(handling);
        SubscriptionRules.Check(options);
        Topic topic = await TopicAsync(options.Topic, cancellation);
        if (!string.IsNullOrEmpty(options.DeadLetterTopic))
            await TopicAsync(options.DeadLetterTopic, cancellation);
        Group group = await _registry.MakeGroupAsync(topic, options, cancellation)
            ?? throw new InvalidOperationException($"The topic '{topic.Name}' has {EventLimits.GroupsMax} groups already.");
        var subscription = new Subscription(group, options, handling, _parts, Forget);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_subscriptions.Count >= SubscriptionsMax)
                throw new InvalidOperationException($"There are {SubscriptionsMax:N0} subscriptions already.");
            _subscriptions.Add(subscription);
        }

        try
        {
            await group.JoinAsync(subscription, cancellation);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveGroupAsync(string topic, string group, CancellationToken cancellation)
    {
        try
        {
            return await _registry.RemoveGroupAsync(topic, group, cancellation);
        }
        catch (StoreException failure)
        {
            throw new EventBusException(failure.Message, failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Subscription[] subscriptions;
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            subscriptions = [.. _subscriptions];
        }

        await Task.WhenAll(subscriptions.Select(static subscription => subscription.DisposeAsync().AsTask()));
        foreach (Topic topic in _registry.Topics)
        {
            foreach (Group group in topic.Groups)
                await group.DisposeAsync();
            await topic.CloseAsync();
        }

        _registry.Dispose();
        _parts.Account.Dispose();
    }

    private async ValueTask<PublishAnswer> PublishToNewAsync(string? name, ReadOnlyMemory<EventDraft> events, CancellationToken cancellation)
    {
        if (Text.MistakeOfName(name, "topic") is { } mistake)
            return new(PublishOutcome.Invalid, mistake, -1);
        // A topic is not made for events that it would not take.
        PublishAnswer refusal = DraftRules.Check(events.Span, 0, out _);
        if (refusal.Outcome != PublishOutcome.Done)
            return refusal;
        try
        {
            return _closed ? new(PublishOutcome.Unavailable, "The bus is closed.", -1)
                : await _registry.MakeTopicAsync(name!, cancellation) is { } topic ? await topic.PublishAsync(events, 0, cancellation)
                : new(PublishOutcome.Invalid, $"There are {EventLimits.TopicsMax:N0} topics already.", -1);
        }
        catch (StoreException failure)
        {
            return new(PublishOutcome.Unavailable, failure.Message, -1);
        }
    }

    private async ValueTask<Topic> TopicAsync(string name, CancellationToken cancellation) =>
        await _registry.MakeTopicAsync(name, cancellation)
            ?? throw new InvalidOperationException($"There are {EventLimits.TopicsMax:N0} topics already.");

    private void Forget(Subscription subscription)
    {
        lock (_gate)
            _subscriptions.Remove(subscription);
    }
}
