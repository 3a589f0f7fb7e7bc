using Thermocline.Events.Checks;
using Thermocline.Events.Redis.Delivery;
using Thermocline.Events.Redis.Publishing;
using Thermocline.Resp;

namespace Thermocline.Events.Redis;

/// <summary>
/// Events in Redis Streams. A topic is a number of streams; a context lies in one of them, and one member of a group at a time reads
/// it (docs/decisions/0013). <see cref="PublishOutcome.Done"/> says that the server has the events: that they outlive it too takes
/// <c>appendonly yes</c> and <c>appendfsync always</c> there.
/// </summary>
public sealed class RedisBus : IEventBus
{
    private const int SubscriptionsMax = 256;

    private readonly Lock _gate = new();
    private readonly RedisLink _link;
    private readonly RedisCircuit _circuit;
    private readonly Dictionary<string, RedisTopic> _topics = [];
    private readonly List<RedisSubscription> _subscriptions = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _tidying;
    private string? _lastFailure;

    /// <summary>Begins to connect.</summary>
    /// <param name="options">Where to, and how events are kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Draws between 0 and 1: for jitter, and for the name of this process among the members of its groups.</param>
    /// <exception cref="ArgumentException">The options are wrong; names every mistake.</exception>
    public RedisBus(RedisBusOptions options, TimeProvider time, Func<double> random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Validate();
        Lock gate = new();
        double Draw()
        {
            lock (gate)
                return random();
        }

        string member = $"{(long)(Draw() * (1L << 52)):x13}{(long)(Draw() * (1L << 52)):x13}";
        var client = new RespClient(options.Server, time, Draw);
        _link = new RedisLink(client, options, time, Draw, member);
        _circuit = new RedisCircuit(client, options, time, Draw);
        _tidying = TidyAsync(_stop.Token);
    }

    /// <inheritdoc/>
    public EventBusStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new EventBusStatus(
                    "redis",
                    _link.Client.IsConnected && !_circuit.IsOpen,
                    _lastFailure ?? _link.Client.LastFailure,
                    [.. _topics.Values.Select(StatusOf)]);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PublishAnswer> PublishAsync(
        string topic, ReadOnlyMemory<EventDraft> events, CancellationToken cancellation)
    {
        if (DraftRules.Refuse(topic, events.Span) is { } mistake)
            return mistake;
        if (TopicOf(topic) is not { } known)
            return new(PublishOutcome.Invalid, $"There are {EventLimits.TopicsMax:N0} topics; no other is taken.", -1);
        bool hasRoom = false;
        try
        {
            await known.StreamsAsync(cancellation);
            hasRoom = await known.TakeRoomAsync(events.Length, cancellation);
            if (!hasRoom)
                return new(PublishOutcome.Busy, $"{topic} holds {_link.Options.BacklogMax:N0} events that not every group has handled.", -1);
            await _circuit.SendAsync(Publication(known, events.Span), cancellation);
            known.CountPublished(events.Length);
            return PublishAnswer.Done;
        }
        catch (RespException failure)
        {
            if (hasRoom)
                known.ReturnRoom(events.Length);
            _lastFailure = failure.Message;
            return failure.Fault == RespFault.Busy
                ? new(PublishOutcome.Busy, failure.Message, -1)
                : new(PublishOutcome.Unavailable, failure.Message, -1);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> SubscribeAsync(
        SubscriptionOptions options, EventHandling handling, CancellationToken cancellation)
    {
        SubscriptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(handling);
        RedisSubscription subscription = Add(options, handling);
        try
        {
            await subscription.StartAsync(cancellation);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Members in other processes are not known here: they begin the group anew when they next ask for events.</remarks>
    public async ValueTask<bool> RemoveGroupAsync(string topic, string group, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_subscriptions.Exists(subscription => subscription.Topic == topic && subscription.Group == group))
                throw new InvalidOperationException($"The group '{group}' has subscriptions. End them first.");
        }

        try
        {
            return TopicOf(topic) is { } known && await known.RemoveGroupAsync(group, cancellation);
        }
        catch (RespException failure)
        {
            throw new EventBusException(failure.Message, failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        RedisSubscription[] subscriptions;
        lock (_gate)
            subscriptions = [.. _subscriptions];
        await Task.WhenAll(subscriptions.Select(subscription => subscription.DisposeAsync().AsTask()));
        await _tidying;
        await _link.Client.DisposeAsync();
        _stop.Dispose();
    }

    // Several events are one transaction: the server takes all or none.
    private static RespBatch Publication(RedisTopic topic, ReadOnlySpan<EventDraft> events)
    {
        var batch = new RespBatch();
        if (events.Length > 1)
            batch.Add("MULTI");
        foreach (EventDraft draft in events)
            RedisEntry.AddTo(batch, topic.StreamOf(draft.Context), draft);
        if (events.Length > 1)
            batch.Add("EXEC");
        return batch;
    }

    private RedisTopic? TopicOf(string name)
    {
        lock (_gate)
        {
            if (!_topics.TryGetValue(name, out RedisTopic? topic) && _topics.Count < EventLimits.TopicsMax)
                _topics.Add(name, topic = new RedisTopic(name, _link));
            return topic;
        }
    }

    private RedisSubscription Add(SubscriptionOptions options, EventHandling handling)
    {
        RedisTopic topic = TopicOf(options.Topic) ?? throw TooMany();
        RedisTopic? letters = options.DeadLetterTopic.Length == 0 ? null : TopicOf(options.DeadLetterTopic) ?? throw TooMany();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (_subscriptions.Count == SubscriptionsMax)
                throw new InvalidOperationException($"There are {SubscriptionsMax} subscriptions, each with a connection; no more are made.");
            string[] groups = [.. _subscriptions.Where(other => other.Topic == options.Topic).Select(other => other.Group).Distinct()];
            if (groups.Length == EventLimits.GroupsMax && !groups.Contains(options.Group))
                throw new InvalidOperationException($"{options.Topic} has {EventLimits.GroupsMax} groups; no more are made.");
            var subscription = new RedisSubscription(_link, (topic, letters), (options, handling), Remove);
            _subscriptions.Add(subscription);
            return subscription;
        }
    }

    private static InvalidOperationException TooMany() => new($"There are {EventLimits.TopicsMax:N0} topics; no more are made.");

    private void Remove(RedisSubscription subscription)
    {
        lock (_gate)
            _subscriptions.Remove(subscription);
    }

    private async Task TidyAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_link.Options.TidyInterval, _link.Time, stopping);
                RedisTopic[] topics;
                lock (_gate)
                    topics = [.. _topics.Values];
                foreach (RedisTopic topic in topics)
                    await TidyAsync(topic, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the loop.
        }
    }

    private async Task TidyAsync(RedisTopic topic, CancellationToken stopping)
    {
        try
        {
            await topic.TidyAsync(stopping);
        }
        catch (RespException failure)
        {
            _lastFailure = failure.Message;
        }
    }

    private TopicStatus StatusOf(RedisTopic topic)
    {
        IEnumerable<string> groups = topic.Groups.Keys
            .Union(_subscriptions.Where(subscription => subscription.Topic == topic.Name).Select(subscription => subscription.Group));
        return new TopicStatus(
            topic.Name, topic.Published, topic.Refused, topic.Backlog, 0, [.. groups.Select(group => StatusOf(topic, group))]);
    }

    private GroupStatus StatusOf(RedisTopic topic, string group)
    {
        GroupFigures figures = topic.Groups.GetValueOrDefault(group);
        Counts[] counts =
        [
            .. _subscriptions.Where(member => member.Topic == topic.Name && member.Group == group).Select(member => member.Counts),
        ];
        return new GroupStatus(
            group, figures.Lag, figures.OldestAt, counts.Sum(each => each.InFlight), counts.Sum(each => each.Handled),
            counts.Sum(each => each.Redelivered), counts.Sum(each => each.DeadLetters));
    }
}
