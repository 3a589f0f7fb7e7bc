using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Thermocline.Events.Checks;

namespace Thermocline.Events.Dapr;

/// <summary>
/// Events through the pub/sub component of Dapr. How durable they are, and whether they keep their order between processes, is the
/// component's affair; ours is that events of one context are published one after the other, and handled so within this process. A
/// subscription has to be made before Dapr asks for them, which it does once.
/// </summary>
public sealed class DaprBus : IEventBus
{
    private readonly DaprOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<double> _random;
    private readonly DaprPipeline _pipeline;
    private readonly ConcurrentDictionary<string, long> _published = [];
    private volatile string? _lastFailure;

    /// <summary>Sends nothing yet.</summary>
    /// <param name="options">Where Dapr is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Draws between 0 and 1, for jitter and ids; may be called by many threads at once.</param>
    /// <exception cref="ArgumentException">The options are wrong; names every mistake.</exception>
    public DaprBus(DaprOptions options, TimeProvider time, Func<double> random)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _time = time;
        _random = random;
        _pipeline = new DaprPipeline(options, time, random);
        Subscriptions = new DaprSubscriptions(options, (time, random));
    }

    /// <summary>What the host maps its routes to.</summary>
    public DaprSubscriptions Subscriptions { get; }

    /// <inheritdoc/>
    public EventBusStatus Status
    {
        get
        {
            IReadOnlyList<DaprSubscription> taken = Subscriptions.All;
            IEnumerable<string> topics = _published.Keys.Union(taken.Select(subscription => subscription.Options.Topic));
            return new("dapr", !_pipeline.IsOpen, _lastFailure,
            [
                .. topics.Select(name => new TopicStatus(name, _published.GetValueOrDefault(name), 0, 0, 0,
                    [.. taken.Where(subscription => subscription.Options.Topic == name).Select(subscription => subscription.Status)])),
            ]);
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
        if (answer.Outcome == PublishOutcome.Done && (_published.Count < EventLimits.TopicsMax || _published.ContainsKey(topic)))
            _published.AddOrUpdate(topic, events.Length, (_, before) => before + events.Length);
        return answer;
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> SubscribeAsync(
        SubscriptionOptions options, EventHandling handling, CancellationToken cancellation)
    {
        SubscriptionRules.Check(options);
        ArgumentNullException.ThrowIfNull(handling);
        return new(Subscriptions.Add(options, handling));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (DaprSubscription subscription in Subscriptions.All)
            await subscription.DisposeAsync();
        _pipeline.Dispose();
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
        (int status, _) = await _pipeline.SendAsync(
            HttpMethod.Post, $"{PathOf("publish", topic)}{query}", (CloudEvent.MediaType, body), cancellation);
        return AnswerOf(status);
    }

    // What failed of a bulk is sent once more; what fails again fails the publication.
    private async ValueTask<PublishAnswer> BulkAsync(string topic, List<EventDraft> round, CancellationToken cancellation)
    {
        for (int attempt = 0; ; attempt++)
        {
            (int status, byte[] body) = await _pipeline.SendAsync(
                HttpMethod.Post, PathOf("publish/bulk", topic), ("application/json", Bulk(round)), cancellation);
            PublishAnswer answer = AnswerOf(status);
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

    private PublishAnswer AnswerOf(int status) => status switch
    {
        200 or 204 => PublishAnswer.Done,
        400 => new(PublishOutcome.Invalid, "Dapr does not take it (400).", -1),
        413 => new(PublishOutcome.TooLarge, "It is larger than Dapr takes (413; dapr.io/max-body-size).", -1),
        401 => new(PublishOutcome.Unavailable, "Dapr does not know us (401): the API token is missing or wrong.", -1),
        403 => new(PublishOutcome.Unavailable, $"Dapr's scopes do not let us publish to this topic of {_options.PubSub} (403).", -1),
        404 => new(PublishOutcome.Unavailable, $"Dapr has no pub/sub component {_options.PubSub} (404).", -1),
        0 => new(PublishOutcome.Unavailable, $"Dapr at {_options.Endpoint} does not answer.", -1),
        _ => new(PublishOutcome.Unavailable, $"Dapr could not publish ({status}).", -1),
    };
}
