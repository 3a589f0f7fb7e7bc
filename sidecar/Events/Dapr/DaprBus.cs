using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Thermocline.Events.Checks;

namespace Thermocline.Events.Dapr;

/// <summary>
/// Events through the pub/sub component of Dapr. How durable they are there, and whether they keep their order between processes, is the
/// component's affair; ours is that events of one context are published one after the other. What Dapr delivers of the topics it is told
/// lies in a local engine before it is answered, and subscriptions are those of that engine: groups, attempts, dead letters and order
/// within a context are its. A group that is new gets what is kept there.
/// </summary>
public sealed class DaprBus : IEventBus
{
    private readonly DaprOptions _options;
    private readonly IEventBus _local;
    private readonly TimeProvider _time;
    private readonly Func<double> _random;
    private readonly DaprPipeline _pipeline;
    private readonly DaprInbox _inbox;
    private readonly FrozenSet<string> _topics;

    // Topics of dead letters: of ours, and those that subscriptions have named.
    private readonly ConcurrentDictionary<string, bool> _letters;
    private volatile string? _lastFailure;

    /// <summary>Sends nothing yet.</summary>
    /// <param name="options">Where Dapr is.</param>
    /// <param name="local">Where what it delivers lies until it is handled: durable. It belongs to the caller, who disposes it after the bus.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Draws between 0 and 1, for jitter and ids; may be called by many threads at once.</param>
    /// <exception cref="ArgumentException">The options are wrong; names every mistake.</exception>
    public DaprBus(DaprOptions options, IEventBus local, TimeProvider time, Func<double> random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(local);
        options.Validate();
        _options = options;
        _local = local;
        _time = time;
        _random = random;
        _pipeline = new DaprPipeline(options, time, random);
        _inbox = new DaprInbox(local);
        _topics = options.Topics.ToFrozenSet(StringComparer.Ordinal);
        _letters = new(options.Topics.Select(static topic => KeyValuePair.Create(DaprInbox.DeadTopicOf(topic), true)), StringComparer.Ordinal);
        Deliveries = new DaprDeliveries(options, _inbox, time);
    }

    /// <summary>What the host maps its routes to.</summary>
    public DaprDeliveries Deliveries { get; }

    /// <inheritdoc/>
    /// <remarks>Topics are those taken from Dapr, and their dead letters, as they lie in the local engine.</remarks>
    public EventBusStatus Status
    {
        get
        {
            TopicStatus[] held = [.. _local.Status.Topics.Where(topic => _topics.Contains(topic.Name) || _letters.ContainsKey(topic.Name))];
            IEnumerable<TopicStatus> silent = _topics.Except(held.Select(static topic => topic.Name))
                .Select(static name => new TopicStatus(name, 0, 0, 0, 0, []));
            return new("dapr", !_pipeline.IsOpen, _lastFailure ?? _inbox.LastFailure, [.. held, .. silent]);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PublishAnswer> PublishAsync(
        string topic, ReadOnlyMemory<EventDraft> events, CancellationToken cancellation)
    {
        if (DraftRules.Refuse(topic, events.Span) is { } mistake)
            return mistake;
        PublishAnswer answer = PublishAnswer.Done;
        foreach (List<EventDraft> round in DaprRounds.Of(events.Span, _options.BodyBytesMax, NewId))
        {
            answer = round.Count == 1 ? await OneAsync(topic, round[0], cancellation) : await BulkAsync(topic, round, cancellation);
            if (answer.Outcome != PublishOutcome.Done)
                break;
        }

        _lastFailure = answer.Reason;
        return answer;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An option is out of range, or the topic is none of those taken from Dapr.</exception>
    public async ValueTask<IAsyncDisposable> SubscribeAsync(
        SubscriptionOptions options, EventHandling handling, CancellationToken cancellation)
    {
        SubscriptionRules.Check(options);
        if (!_topics.Contains(options.Topic) && !_letters.ContainsKey(options.Topic))
        {
            throw new ArgumentException(
                $"Dapr was not asked for the topic '{options.Topic}', which it is at its start alone: list it in events.dapr.topics.", nameof(options));
        }

        // What came before there was anybody to handle it was answered for all the same.
        IAsyncDisposable subscription = await _local.SubscribeAsync(options with { FromOldest = true }, handling, cancellation);
        if (options.DeadLetterTopic.Length > 0)
            _letters.TryAdd(options.DeadLetterTopic, true);
        return subscription;
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveGroupAsync(string topic, string group, CancellationToken cancellation) =>
        _topics.Contains(topic) || _letters.ContainsKey(topic) ? _local.RemoveGroupAsync(topic, group, cancellation) : new(false);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _pipeline.Dispose();
        return default;
    }

    private string NewId() => string.Create(
        CultureInfo.InvariantCulture, $"{(long)(_random() * (1L << 52)):x13}{(long)(_random() * (1L << 52)):x13}");

    private async ValueTask<PublishAnswer> OneAsync(string topic, EventDraft draft, CancellationToken cancellation)
    {
        string query = string.IsNullOrEmpty(draft.Context) ? "" : $"?metadata.partitionKey={Uri.EscapeDataString(draft.Context)}";
        if (draft.ExpiresAt is { } expires)
        {
            long seconds = Math.Max(1, (long)(expires - _time.GetUtcNow()).TotalSeconds);
            query += string.Create(CultureInfo.InvariantCulture, $"{(query.Length == 0 ? '?' : '&')}metadata.ttlInSeconds={seconds}");
        }

        byte[] body = CloudEvent.Of(draft, _options.Source, _time.GetUtcNow());
        (int status, byte[] said) = await _pipeline.SendAsync(
            HttpMethod.Post, $"{PathOf("publish", topic)}{query}", (CloudEvent.MediaType, body), cancellation);
        return AnswerOf(status, said);
    }

    // What failed of a bulk is sent once more; what fails again fails the publication.
    private async ValueTask<PublishAnswer> BulkAsync(string topic, List<EventDraft> round, CancellationToken cancellation)
    {
        for (int attempt = 0; ; attempt++)
        {
            (int status, byte[] body) = await _pipeline.SendAsync(
                HttpMethod.Post, PathOf("publish/bulk", topic), ("application/json", Bulk(round)), cancellation);
            PublishAnswer answer = AnswerOf(status, body);
            if (answer.Outcome != PublishOutcome.Unavailable)
                return answer;
            HashSet<string> failed = DaprRounds.FailedIn(body);
            if (failed.Count == 0 || attempt == 1)
                return answer;
            round = [.. round.Where((_, index) => failed.Contains(EntryId(index)))];
        }
    }

    private byte[] Bulk(List<EventDraft> round)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartArray();
            for (int index = 0; index < round.Count; index++)
            {
                writer.WriteStartObject();
                writer.WriteString("entryId", EntryId(index));
                writer.WriteString("contentType", CloudEvent.MediaType);
                if (!string.IsNullOrEmpty(round[index].Context))
                {
                    writer.WriteStartObject("metadata");
                    writer.WriteString("partitionKey", round[index].Context);
                    writer.WriteEndObject();
                }

                writer.WritePropertyName("event");
                CloudEvent.Write(writer, round[index], _options.Source, _time.GetUtcNow());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static string EntryId(int index) => index.ToString(CultureInfo.InvariantCulture);

    private string PathOf(string verb, string topic) =>
        $"/v1.0/{verb}/{Uri.EscapeDataString(_options.PubSub)}/{Uri.EscapeDataString(topic)}";

    private PublishAnswer AnswerOf(int status, byte[] said) => status switch
    {
        200 or 204 => PublishAnswer.Done,
        400 => new(PublishOutcome.Invalid, "Dapr does not take it (400).", -1),
        413 => new(PublishOutcome.TooLarge, "It is larger than Dapr takes (413; dapr.io/max-body-size).", -1),
        DaprPipeline.NoToken => new(PublishOutcome.Unavailable, $"The API token cannot be read: {Encoding.UTF8.GetString(said)}", -1),
        DaprPipeline.LeftAlone => new(PublishOutcome.Unavailable,
            $"Dapr failed too often in a row (the last time: {(_pipeline.LastStatus == 0 ? "no answer" : _pipeline.LastStatus)}) and is left alone for a while.", -1),
        401 => new(PublishOutcome.Unavailable, "Dapr does not know us (401): the API token is missing or wrong.", -1),
        403 => new(PublishOutcome.Unavailable, $"Dapr's scopes do not let us publish to this topic of {_options.PubSub} (403).", -1),
        404 => new(PublishOutcome.Unavailable, $"Dapr has no pub/sub component {_options.PubSub} (404).", -1),
        0 => new(PublishOutcome.Unavailable, $"Dapr at {_options.Endpoint} does not answer.", -1),
        _ => new(PublishOutcome.Unavailable, $"Dapr could not publish ({status}).", -1),
    };
}
