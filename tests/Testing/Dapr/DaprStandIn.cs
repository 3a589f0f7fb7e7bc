using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Thermocline.Testing.Wire;

namespace Thermocline.Testing.Dapr;

/// <summary>
/// Stands in for Dapr's sidecar: its HTTP API of pub/sub, and deliveries to the app over HTTP, singly or in bulk, with repetitions and
/// dead letters as it does them. One component, which keeps each topic in order.
/// </summary>
internal sealed class DaprStandIn : IDisposable
{
    private const string Events = "application/cloudevents+json";

    private readonly HttpPeer _server;
    private readonly HttpClient _app = new();
    private readonly string _pubSub;
    private readonly ConcurrentDictionary<string, Channel<JsonObject>> _topics = [];
    private readonly ConcurrentDictionary<string, JsonObject> _subscriptions = [];
    private readonly ConcurrentQueue<(string Topic, JsonObject Envelope)> _published = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private volatile Uri? _address;
    private int _requests;

    public DaprStandIn(string pubSub)
    {
        _pubSub = pubSub;
        _stopping = _stop.Token;
        _server = new HttpPeer(AnswerAsync);
    }

    public Uri Address => _server.Address;

    /// <summary>What it wants to hear of apps.</summary>
    public string ApiToken { get; init; } = "";

    /// <summary>What it tells the app.</summary>
    public string AppToken { get; init; } = "";

    /// <summary>Deliveries after the first, as a resiliency policy would allow them.</summary>
    public int RetriesMax { get; init; }

    /// <summary>The pause before an application that does not answer is tried again.</summary>
    public TimeSpan RetryDelay { get; init; }

    /// <summary>Whether a topic takes this many events a request instead of one.</summary>
    public int BulkMax { get; init; } = 1;

    /// <summary>Answers this instead of publishing, as long as it is not 0.</summary>
    public int FailWith { get; set; }

    /// <summary>The entry of the next bulk that fails; -1: none.</summary>
    public int FailEntry { get; set; } = -1;

    /// <summary>Requests to publish that came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>What apps published, in order.</summary>
    public IReadOnlyList<(string Topic, JsonObject Envelope)> Published => [.. _published];

    /// <summary>Another app publishes: what it says is delivered as it is.</summary>
    public void Offer(string topic, JsonObject envelope) => Of(topic).Writer.TryWrite(envelope);

    /// <summary>Where the app answers from now on.</summary>
    public void Move(Uri app) => _address = app;

    /// <summary>Asks the app which topics it takes, and begins to deliver them.</summary>
    public async Task ConnectAsync(Uri app, CancellationToken cancellation)
    {
        Move(app);
        if (AppToken.Length > 0)
            _app.DefaultRequestHeaders.TryAddWithoutValidation("dapr-api-token", AppToken);
        JsonArray wanted = JsonNode.Parse(await _app.GetStringAsync(new Uri(app, "/dapr/subscribe"), cancellation))!.AsArray();
        foreach (JsonObject subscription in wanted.Select(each => each!.AsObject()))
        {
            string topic = (string)subscription["topic"]!;
            if ((string)subscription["pubsubname"]! == _pubSub && _subscriptions.TryAdd(topic, subscription))
                _ = DeliverAsync(topic);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _server.Dispose();
        _app.Dispose();
    }

    private async Task<(int Status, byte[] Body)> AnswerAsync(WireMessage request)
    {
        await Task.Yield();
        Interlocked.Increment(ref _requests);
        if (ApiToken.Length > 0 && request.Field("dapr-api-token") != ApiToken)
            return (401, []);
        if (FailWith != 0)
            return (FailWith, []);
        string[] path = request.StartLine.Split(' ')[1].Split('?')[0].Split('/')[1..];
        if (path is not ["v1.0", "publish", ..] || Uri.UnescapeDataString(path[^2]) != _pubSub)
            return (404, []);
        string topic = Uri.UnescapeDataString(path[^1]);
        JsonNode body = JsonNode.Parse(request.Body)!;
        return path is [_, _, "bulk", _, _] ? Bulk(topic, body.AsArray()) : Single(topic, body.AsObject());
    }

    private (int Status, byte[] Body) Single(string topic, JsonObject envelope)
    {
        Take(topic, envelope);
        return (204, []);
    }

    private (int Status, byte[] Body) Bulk(string topic, JsonArray entries)
    {
        int failing = FailEntry;
        FailEntry = -1;
        var failed = new JsonArray();
        for (int index = 0; index < entries.Count; index++)
        {
            if (index == failing)
                failed.Add(new JsonObject { ["entryId"] = (string)entries[index]!["entryId"]!, ["error"] = "scripted" });
            else
                Take(topic, entries[index]!["event"]!.DeepClone().AsObject());
        }

        return failed.Count == 0
            ? (204, [])
            : (500, JsonSerializer.SerializeToUtf8Bytes<JsonNode>(new JsonObject { ["failedEntries"] = failed, ["errorCode"] = "ERR_PUBSUB_PUBLISH_MESSAGE" }));
    }

    private void Take(string topic, JsonObject envelope)
    {
        _published.Enqueue((topic, envelope.DeepClone().AsObject()));
        envelope["topic"] = topic;
        envelope["pubsubname"] = _pubSub;
        Of(topic).Writer.TryWrite(envelope);
    }

    private Channel<JsonObject> Of(string topic) => _topics.GetOrAdd(topic, _ => Channel.CreateUnbounded<JsonObject>());

    private async Task DeliverAsync(string topic)
    {
        JsonObject subscription = _subscriptions[topic];
        ChannelReader<JsonObject> waiting = Of(topic).Reader;
        try
        {
            while (await waiting.WaitToReadAsync(_stopping))
            {
                var together = new List<JsonObject>();
                while (together.Count < BulkMax && waiting.TryRead(out JsonObject? envelope))
                    together.Add(envelope);
                await DeliverAsync(subscription, together);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task DeliverAsync(JsonObject subscription, List<JsonObject> together)
    {
        for (int attempt = 0; together.Count > 0; attempt++)
        {
            string[] statuses = await SendAsync((string)subscription["route"]!, together);
            var again = new List<JsonObject>();
            for (int index = 0; index < together.Count; index++)
            {
                if (statuses[index] == "RETRY" && attempt < RetriesMax)
                    again.Add(together[index]);
                else if (statuses[index] != "SUCCESS" && (string?)subscription["deadLetterTopic"] is { } dead)
                    Take(dead, together[index].DeepClone().AsObject());
            }

            together = again;
        }
    }

    private async Task<string[]> SendAsync(string route, List<JsonObject> together)
    {
        JsonNode body = BulkMax == 1 ? together[0].DeepClone() : new JsonObject
        {
            ["id"] = "bulk",
            ["type"] = "com.dapr.event.sent.bulk",
            ["entries"] = new JsonArray([.. together.Select((envelope, index) =>
                new JsonObject { ["entryId"] = $"{index}", ["event"] = envelope.DeepClone(), ["contentType"] = Events })]),
        };
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue(Events);
        try
        {
            using HttpResponseMessage answer = await _app.PostAsync(new Uri(_address!, route), content, _stopping);
            string text = await answer.Content.ReadAsStringAsync(_stopping);
            if (!answer.IsSuccessStatusCode)
                return [.. together.Select(_ => (int)answer.StatusCode == 404 ? "DROP" : "RETRY")];
            JsonNode? said = text.Length == 0 ? null : JsonNode.Parse(text);
            return BulkMax == 1
                ? [(string?)said?["status"] ?? "SUCCESS"]
                : [.. together.Select((_, index) => StatusOf(said, $"{index}"))];
        }
        catch (HttpRequestException)
        {
            await Task.Delay(RetryDelay, _stopping);
            return [.. together.Select(_ => "RETRY")];
        }
    }

    private static string StatusOf(JsonNode? said, string entryId) =>
        (string?)said?["statuses"]?.AsArray().FirstOrDefault(status => (string?)status!["entryId"] == entryId)?["status"] ?? "RETRY";
}
