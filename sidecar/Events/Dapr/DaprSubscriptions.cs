using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Thermocline.Events.Dapr;

/// <summary>
/// The app's side of Dapr's pub/sub, for a host to map its routes to: which topics we take, and what came of what was delivered. Whatever
/// is delivered, the answer is one of Dapr's.
/// </summary>
public sealed class DaprSubscriptions
{
    /// <summary>The header of tokens, both ways.</summary>
    public const string TokenHeader = "dapr-api-token";

    /// <summary>What the routes of deliveries start with; the topic follows, escaped.</summary>
    public const string RoutePrefix = "/dapr/events/";

    private const int BulkEventsMax = 100;
    private const int BulkWaitMs = 100;
    private const int DepthMax = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DaprSubscription> _topics = [];
    private readonly DaprOptions _options;
    private readonly (TimeProvider Time, Func<double> Random) _world;

    internal DaprSubscriptions(DaprOptions options, (TimeProvider Time, Func<double> Random) world)
    {
        _options = options;
        _world = world;
    }

    /// <summary>Our subscriptions of this moment.</summary>
    internal IReadOnlyList<DaprSubscription> All
    {
        get
        {
            lock (_gate)
                return [.. _topics.Values];
        }
    }

    /// <summary>The answer to <c>GET /dapr/subscribe</c>. Dapr asks once, when the app begins: subscribe before.</summary>
    /// <param name="token">The token of the request, or null.</param>
    public DaprReply Subscribe(string? token)
    {
        if (!IsDapr(token))
            return Unknown;
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartArray();
            foreach (DaprSubscription subscription in All)
                Write(writer, subscription.Options);
            writer.WriteEndArray();
        }

        return new(200, bytes.WrittenMemory);
    }

    /// <summary>
    /// The answer to a delivery, single or in bulk: <c>SUCCESS</c>, <c>RETRY</c> (it was cut short), <c>DROP</c> (a dead letter, or
    /// nothing that will ever be an event); 404 for a route that is none of ours, 401 for a wrong token.
    /// </summary>
    /// <param name="path">The path of the request.</param>
    /// <param name="token">The token of the request, or null.</param>
    /// <param name="body">Its body, at most <see cref="DaprOptions.BodyBytesMax"/> bytes and no more than that read by the host.</param>
    /// <param name="cancellation">Ends it when Dapr hangs up.</param>
    public async ValueTask<DaprReply> DeliverAsync(
        string path, string? token, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!IsDapr(token))
            return Unknown;
        DaprSubscription? subscription = null;
        if (path.StartsWith(RoutePrefix, StringComparison.Ordinal))
        {
            lock (_gate)
                _topics.TryGetValue(Uri.UnescapeDataString(path[RoutePrefix.Length..]), out subscription);
        }

        if (subscription is null)
            return new(404, default);
        if (body.Length > _options.BodyBytesMax)
            return Single("DROP");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DepthMax });
        }
        catch (JsonException)
        {
            return Single("DROP");
        }

        using (document)
        {
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("entries", out JsonElement entries)
                && entries.ValueKind == JsonValueKind.Array
                ? await BulkAsync(subscription, entries, cancellation)
                : Single(await OneAsync(subscription, root, cancellation));
        }
    }

    internal DaprSubscription Add(SubscriptionOptions options, EventHandling handling)
    {
        lock (_gate)
        {
            // Dapr knows one group: the app.
            if (_topics.ContainsKey(options.Topic))
                throw new InvalidOperationException($"{options.Topic} has a subscription; Dapr delivers an event once to an app.");
            if (_topics.Count == EventLimits.TopicsMax)
                throw new InvalidOperationException($"There are {EventLimits.TopicsMax:N0} topics; no more are taken.");
            var subscription = new DaprSubscription(options, handling, _world, Remove);
            _topics.Add(options.Topic, subscription);
            return subscription;
        }
    }

    private static DaprReply Unknown => new(401, """{"error":"The header dapr-api-token is missing or wrong."}"""u8.ToArray());

    private static DaprReply Single(string status) => new(200, Encoding.UTF8.GetBytes($$"""{"status":"{{status}}"}"""));

    private void Remove(DaprSubscription subscription)
    {
        lock (_gate)
            _topics.Remove(subscription.Options.Topic);
    }

    private bool IsDapr(string? token) => _options.AppToken.Length == 0 || (token is not null
        && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(token)), SHA256.HashData(Encoding.UTF8.GetBytes(_options.AppToken))));

    private void Write(Utf8JsonWriter writer, SubscriptionOptions wish)
    {
        writer.WriteStartObject();
        writer.WriteString("pubsubname", _options.PubSub);
        writer.WriteString("topic", wish.Topic);
        writer.WriteString("route", RoutePrefix + Uri.EscapeDataString(wish.Topic));
        if (wish.DeadLetterTopic.Length > 0)
            writer.WriteString("deadLetterTopic", wish.DeadLetterTopic);
        writer.WriteStartObject("bulkSubscribe");
        writer.WriteBoolean("enabled", true);
        writer.WriteNumber("maxMessagesCount", BulkEventsMax);
        writer.WriteNumber("maxAwaitDurationMs", BulkWaitMs);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private async Task<string> OneAsync(DaprSubscription subscription, JsonElement envelope, CancellationToken cancellation)
    {
        EventDelivery? delivery = CloudEvent.Read(envelope, subscription.Options.Topic, _world.Time.GetUtcNow(), out _);
        if (delivery is null)
            return "DROP";
        return await subscription.DeliverAsync(delivery, cancellation) switch
        {
            Handling.Done => "SUCCESS",
            Handling.Retry => "RETRY",
            Handling.DeadLetter => "DROP",
        };
    }

    // All at once; those of one context wait for each other in the order they stand in.
    private async Task<DaprReply> BulkAsync(DaprSubscription subscription, JsonElement entries, CancellationToken cancellation)
    {
        var answers = new List<(string Id, Task<string> Status)>();
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            // An entry without an id cannot be answered for, and is delivered again.
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("entryId", out JsonElement id)
                || id.ValueKind != JsonValueKind.String)
            {
                continue;
            }

            bool isThere = entry.TryGetProperty("event", out JsonElement envelope);
            answers.Add((id.GetString()!, isThere ? OneAsync(subscription, envelope, cancellation) : Task.FromResult("DROP")));
        }

        var bytes = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(bytes);
        writer.WriteStartObject();
        writer.WriteStartArray("statuses");
        foreach ((string id, Task<string> status) in answers)
        {
            writer.WriteStartObject();
            writer.WriteString("entryId", id);
            writer.WriteString("status", await status);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(CancellationToken.None);
        return new(200, bytes.WrittenMemory);
    }
}
