using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Thermocline.Store.Cold.Dapr;

namespace Thermocline.Events.Dapr;

/// <summary>
/// The app's side of Dapr's pub/sub, for a host to map its routes to: which topics we take, and what came of what was delivered. Whatever
/// is delivered, the answer is one of Dapr's.
/// </summary>
public sealed class DaprDeliveries
{
    /// <summary>What the routes of deliveries start with; the topic follows, escaped.</summary>
    public const string RoutePrefix = "/dapr/events/";

    // As much as daprd takes of whoever publishes, unless it is told otherwise (dapr.io/max-body-size).
    private const int EventBytesMax = 4 << 20;
    private const int BulkEventsMax = 100;

    // Of a bulk of more, which we never asked for, the rest is not answered for, and comes again.
    private const int BulkAnswersMax = 1_000;
    private const int BulkWaitMs = 100;
    private const int DepthMax = 64;

    private readonly DaprOptions _options;
    private readonly DaprInbox _inbox;
    private readonly DaprToken _token;

    internal DaprDeliveries(DaprOptions options, DaprInbox inbox, TimeProvider time)
    {
        _options = options;
        _inbox = inbox;
        _token = new DaprToken(options.AppTokenFile, time);
    }

    /// <summary>The answer to <c>GET /dapr/subscribe</c>. Dapr asks once, when it begins.</summary>
    /// <param name="token">The token of the request, or null.</param>
    /// <param name="bodyBytesMax">The largest delivery that the host takes: as many events come together as surely fit.</param>
    public DaprReply Subscribe(string? token, int bodyBytesMax)
    {
        if (Refuse(token) is { } refusal)
            return refusal;
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartArray();
            foreach (string topic in _options.Topics)
                Write(writer, topic, Math.Min(bodyBytesMax / EventBytesMax, BulkEventsMax));
            writer.WriteEndArray();
        }

        return new(200, bytes.WrittenMemory);
    }

    /// <summary>Why a delivery is answered without a look at what it brings; null when it is not. For a host to ask before it reads a body.</summary>
    /// <param name="topic">The topic, as for <see cref="DeliverAsync"/>.</param>
    /// <param name="token">The token of the request, or null.</param>
    public DaprReply? Refuse(string topic, string? token) =>
        Refuse(token) ?? (_options.Topics.Contains(topic) ? null : new DaprReply(503, default));

    /// <summary>
    /// The answer to a delivery, single or in bulk, once what it brought is durable here: <c>SUCCESS</c>, <c>RETRY</c> (there is no room
    /// now), <c>DROP</c> (no event: it is a dead letter here). 401 for a wrong token, 503 for a topic that is none of ours and for a token
    /// that cannot be read: Dapr then delivers again, where a 404 would lose the event.
    /// </summary>
    /// <param name="topic">The topic, as the path of the request names it after <see cref="RoutePrefix"/>, unescaped.</param>
    /// <param name="token">The token of the request, or null.</param>
    /// <param name="body">Its body; it must stay unchanged until the answer is there.</param>
    /// <param name="cancellation">Ends it when Dapr hangs up.</param>
    public async ValueTask<DaprReply> DeliverAsync(string topic, string? token, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        if (Refuse(topic, token) is { } refusal)
            return refusal;
        using JsonDocument? document = Parse(body);
        if (document is null)
            return Single(await _inbox.BuryAsync(topic, body, "It is no JSON.", cancellation));
        JsonElement root = document.RootElement;
        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("entries", out JsonElement entries)
            && entries.ValueKind == JsonValueKind.Array
            ? await BulkAsync(topic, entries, cancellation)
            : Single((await _inbox.TakeAsync(topic, [root], cancellation))[0]);
    }

    private static DaprReply Single(Handling answer) => new(200, Encoding.UTF8.GetBytes($$"""{"status":"{{WordOf(answer)}}"}"""));

    private static string WordOf(Handling answer) => answer switch
    {
        Handling.Done => "SUCCESS",
        Handling.Retry => "RETRY",
        Handling.DeadLetter => "DROP",
    };

    private static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
            return null;
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DepthMax });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private DaprReply? Refuse(string? given)
    {
        bool? known = Knows(given);
        if (known == false)
        {
            // It may have been replaced a moment ago.
            _token.Doubt();
            known = Knows(given);
        }

        return known switch
        {
            true => null,
            false => new DaprReply(401, default),
            null => new DaprReply(503, default),
        };
    }

    private bool? Knows(string? given)
    {
        if (!_token.TryRead(out string? token, out _))
            return null;
        return token is null || (given is not null && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(token))));
    }

    private void Write(Utf8JsonWriter writer, string topic, int together)
    {
        writer.WriteStartObject();
        writer.WriteString("pubsubname", _options.PubSub);
        writer.WriteString("topic", topic);
        writer.WriteString("route", RoutePrefix + Uri.EscapeDataString(topic));
        if (together > 1)
        {
            writer.WriteStartObject("bulkSubscribe");
            writer.WriteBoolean("enabled", true);
            writer.WriteNumber("maxMessagesCount", together);
            writer.WriteNumber("maxAwaitDurationMs", BulkWaitMs);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private async Task<DaprReply> BulkAsync(string topic, JsonElement entries, CancellationToken cancellation)
    {
        var ids = new List<string>();
        var envelopes = new List<JsonElement>();
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            if (ids.Count == BulkAnswersMax)
                break;
            // An entry without an id cannot be answered for, and is delivered again.
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("entryId", out JsonElement id)
                || id.ValueKind != JsonValueKind.String)
            {
                continue;
            }

            ids.Add(id.GetString()!);
            envelopes.Add(entry.TryGetProperty("event", out JsonElement envelope) ? envelope : entry);
        }

        Handling[] answers = await _inbox.TakeAsync(topic, envelopes, cancellation);
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("statuses");
            for (int place = 0; place < answers.Length; place++)
            {
                writer.WriteStartObject();
                writer.WriteString("entryId", ids[place]);
                writer.WriteString("status", WordOf(answers[place]));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return new(200, bytes.WrittenMemory);
    }
}
