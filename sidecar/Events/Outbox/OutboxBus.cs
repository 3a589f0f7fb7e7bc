using System.Collections.Frozen;

namespace Thermocline.Events.Outbox;

/// <summary>
/// A foreign engine behind a local one: what is published is taken by the local engine, which is durable and near, and goes to the
/// foreign one as soon as that takes it, in order within a context. While the foreign engine is away nothing is lost, and no
/// publisher waits for it; only a full local backlog makes publishers wait, as the local engine's options say. An event may reach
/// the foreign engine twice, with the same id. Subscriptions are those of the foreign engine, but to what it refused. Owns both engines.
/// </summary>
public sealed class OutboxBus : IEventBus
{
    private readonly IEventBus _local;
    private readonly IEventBus _foreign;
    private readonly OutboxOptions _options;
    private readonly (TimeProvider Time, Func<double> Random) _world;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _opening = new(1);
    private readonly Dictionary<string, (Forwarder Forwarder, IAsyncDisposable Subscription)> _topics = [];
    private volatile FrozenSet<string> _open = [];
    private bool _isDisposed;

    private OutboxBus(IEventBus local, IEventBus foreign, OutboxOptions options, (TimeProvider Time, Func<double> Random) world)
    {
        _local = local;
        _foreign = foreign;
        _options = options;
        _world = world;
    }

    /// <inheritdoc/>
    /// <remarks>The foreign engine's, with the topics in which events wait for it, and that of those it refused.</remarks>
    public EventBusStatus Status
    {
        get
        {
            EventBusStatus foreign = _foreign.Status;
            IEnumerable<TopicStatus> waiting = _local.Status.Topics
                .Where(topic => topic.Name.StartsWith(_options.Prefix, StringComparison.Ordinal) || topic.Name == _options.RefusedTopic);
            return foreign with { LastFailure = LastFailure ?? foreign.LastFailure, Topics = [.. foreign.Topics, .. waiting] };
        }
    }

    private string? LastFailure
    {
        get
        {
            lock (_topics)
                return _topics.Values.Select(topic => topic.Forwarder.LastFailure).FirstOrDefault(failure => failure is not null);
        }
    }

    /// <summary>Puts the local engine before the foreign one, and begins to forward what is left in it from before.</summary>
    /// <param name="local">Where events wait: durable.</param>
    /// <param name="foreign">Where they go.</param>
    /// <param name="options">How.</param>
    /// <param name="world">The clock of pauses, and draws between 0 and 1 for their jitter, by many threads at once.</param>
    /// <param name="cancellation">Ends the beginning.</param>
    /// <exception cref="ArgumentException">The options are wrong; names every mistake.</exception>
    public static async ValueTask<OutboxBus> OpenAsync(
        IEventBus local, IEventBus foreign, OutboxOptions options, (TimeProvider Time, Func<double> Random) world,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(foreign);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var bus = new OutboxBus(local, foreign, options, world);
        IEnumerable<string> left = local.Status.Topics
            .Where(topic => topic.Name.StartsWith(options.Prefix, StringComparison.Ordinal))
            .Select(topic => topic.Name[options.Prefix.Length..]);
        foreach (string topic in left.Union(options.Topics))
            await bus.OpenTopicAsync(topic, cancellation);

        return bus;
    }

    /// <inheritdoc/>
    public async ValueTask<PublishAnswer> PublishAsync(
        string topic, ReadOnlyMemory<EventDraft> events, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(topic))
            return new(PublishOutcome.Invalid, "A topic has a name.", -1);
        if (!_open.Contains(topic))
        {
            try
            {
                await OpenTopicAsync(topic, cancellation);
            }
            catch (ArgumentException wrong)
            {
                return new(PublishOutcome.Invalid, wrong.Message, -1);
            }
            catch (InvalidOperationException many)
            {
                return new(PublishOutcome.Invalid, many.Message, -1);
            }
        }

        return await _local.PublishAsync(_options.Prefix + topic, events, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> SubscribeAsync(
        SubscriptionOptions options, EventHandling handling, CancellationToken cancellation) =>
        (options?.Topic == _options.RefusedTopic ? _local : _foreign).SubscribeAsync(options!, handling, cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> RemoveGroupAsync(string topic, string group, CancellationToken cancellation) =>
        (topic == _options.RefusedTopic ? _local : _foreign).RemoveGroupAsync(topic, group, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _opening.WaitAsync();
        if (_isDisposed)
        {
            _opening.Release();
            return;
        }

        _isDisposed = true;
        _opening.Release();

        await _stop.CancelAsync();
        await Task.WhenAll(_topics.Values.Select(topic => topic.Subscription.DisposeAsync().AsTask()));
        await _foreign.DisposeAsync();
        await _local.DisposeAsync();
        _opening.Dispose();
        _stop.Dispose();
    }

    // The group has to be there before the first event is: one that is new gets only what is published from then on.
    private async ValueTask OpenTopicAsync(string topic, CancellationToken cancellation)
    {
        await _opening.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_open.Contains(topic))
                return;
            var forwarder = new Forwarder(_foreign, topic, _options, (_world.Time, _world.Random, _stop.Token));
            IAsyncDisposable subscription = await _local.SubscribeAsync(
                Forwarder.Wish(topic, _options), forwarder.ForwardAsync, cancellation);
            lock (_topics)
                _topics.Add(topic, (forwarder, subscription));
            _open = _topics.Keys.ToFrozenSet();
        }
        finally
        {
            _opening.Release();
        }
    }
}
