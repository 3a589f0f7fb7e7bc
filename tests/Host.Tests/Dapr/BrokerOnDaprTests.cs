using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Xunit;

namespace Thermocline.Host.Tests.Dapr;

/// <summary>The broker over a broker behind Dapr: one daprd finds our socket, another, played by a stand-in, has the broker and delivers to us.</summary>
public sealed class BrokerOnDaprTests : IDisposable
{
    private const string ApiToken = "api-7";
    private const string AppToken = "app-7";

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_published_reaches_the_broker_as_the_CloudEvent_it_is_under_its_plain_topic()
    {
        using var dapr = new DaprStandIn("broker") { ApiToken = ApiToken, AppToken = AppToken };
        await using BrokerSidecar sidecar = await StartAsync(dapr);
        DaprdPubSub broker = await sidecar.OpenAsync();
        await PublishAsync(broker, "orders", EventOf(1), "customer");
        await broker.PublishAsync("raw", new byte[] { 1, 255 }, null, Cancellation);
        await Eventually.IsAsync(() => dapr.Published.Count == 2, Cancellation);
        JsonObject order = dapr.Published.Single(each => each.Topic == "orders").Envelope;
        Assert.Equal(("e-1", "shop", "com.dapr.event.sent", "customer", 1),
            ((string)order["id"]!, (string)order["source"]!, (string)order["type"]!, (string)order["tccontext"]!, (int)order["data"]!));
        JsonObject raw = dapr.Published.Single(each => each.Topic == "raw").Envelope;
        Assert.Equal("thermocline.event", (string)raw["type"]!);
        Assert.Equal([1, 255], Convert.FromBase64String((string)raw["data_base64"]!));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task What_the_broker_delivers_is_pulled_with_id_context_and_content_type_in_order(int bulk)
    {
        using var dapr = new DaprStandIn("broker") { ApiToken = ApiToken, AppToken = AppToken, BulkMax = bulk };
        await using BrokerSidecar sidecar = await StartAsync(dapr);
        await dapr.ConnectAsync(sidecar.Sidecar.Host.DataAddress, Cancellation);
        DaprdPubSub broker = await sidecar.OpenAsync();
        var inbox = new Inbox();
        await using DaprdSubscription subscription = await broker.SubscribeAsync("größe/1", null, inbox.TakeAsync, Cancellation);
        for (int number = 0; number < 50; number++)
            dapr.Offer("größe/1", Foreign(number, $"{number % 3}"));
        await inbox.WaitAsync(50);
        Assert.All(inbox.Messages, message => Assert.Equal(("größe/1", "application/cloudevents+json"), (message.Topic, message.ContentType)));
        foreach (IGrouping<string, DaprdMessage> context in inbox.Messages.GroupBy(message => message.Metadata["partitionKey"]))
        {
            int[] numbers = [.. context.Select(NumberIn)];
            Assert.Equal(numbers.Order(), numbers);
            Assert.All(context, message => Assert.Equal(($"e-{NumberIn(message)}", context.Key), (IdIn(message), $"{NumberIn(message) % 3}")));
        }
    }

    [Fact]
    public async Task While_the_broker_is_away_events_wait_across_a_restart_and_none_is_lost_or_out_of_order()
    {
        const int Contexts = 3, Each = 40;
        using var folder = new TempFolder();
        using var dapr = new DaprStandIn("broker") { ApiToken = ApiToken, AppToken = AppToken, FailWith = 503 };
        await using (BrokerSidecar first = await StartAsync(dapr, folder.Path))
        {
            DaprdPubSub broker = await first.OpenAsync();
            for (int number = 0; number < Contexts * Each; number++)
                await PublishAsync(broker, "orders", EventOf(number), $"{number % Contexts}");
            using HttpResponseMessage ready = await first.Sidecar.AdminClient.GetAsync(new Uri("/healthz/ready", UriKind.Relative), Cancellation);
            Assert.Equal(200, (int)ready.StatusCode);

            // A request is repeated some times before a publication has failed: those that came tell nothing of it.
            JsonElement events = default;
            await Eventually.IsAsync(async () =>
            {
                events = (await first.Sidecar.StatusAsync()).GetProperty("events");
                return events.GetProperty("lastFailure").GetString() is { } failure && failure.Contains("503", StringComparison.Ordinal);
            }, Cancellation);
            Assert.Equal("dapr", events.GetProperty("engine").GetString());
            Assert.Equal(Contexts * Each, TopicIn(events, "outbox.orders").GetProperty("backlog").GetInt32());
        }

        Assert.Empty(dapr.Published);
        dapr.FailWith = 0;
        await using BrokerSidecar second = await StartAsync(dapr, folder.Path);
        await Eventually.IsAsync(() => dapr.Published.Count >= Contexts * Each, Cancellation);
        foreach (IGrouping<string, JsonObject> context in dapr.Published.Select(each => each.Envelope).GroupBy(envelope => (string)envelope["tccontext"]!))
            Assert.Equal(Enumerable.Range(0, Each).Select(number => (number * Contexts) + int.Parse(context.Key)), context.Select(each => (int)each["data"]!).Distinct());
    }

    [Fact]
    public async Task What_was_answered_for_and_not_consumed_outlives_a_restart_and_waits_for_its_first_consumer()
    {
        using var folder = new TempFolder();
        using var dapr = new DaprStandIn("broker") { ApiToken = ApiToken, AppToken = AppToken };
        await using (BrokerSidecar first = await StartAsync(dapr, folder.Path))
        {
            await dapr.ConnectAsync(first.Sidecar.Host.DataAddress, Cancellation);
            for (int number = 0; number < 20; number++)
                dapr.Offer("orders", Foreign(number, "c"));
            // The same once more, as a broker does that did not hear the answer.
            dapr.Offer("orders", Foreign(19, "c"));
            await Eventually.IsAsync(async () => TopicIn((await first.Sidecar.StatusAsync()).GetProperty("events"), "orders").GetProperty("published").GetInt32() == 21, Cancellation);
        }

        await using BrokerSidecar second = await StartAsync(dapr, folder.Path);
        DaprdPubSub broker = await second.OpenAsync();
        var inbox = new Inbox();
        await using DaprdSubscription subscription = await broker.SubscribeAsync("orders", null, inbox.TakeAsync, Cancellation);
        await inbox.WaitAsync(21);
        Assert.Equal([.. Enumerable.Range(0, 20), 19], inbox.Messages.Select(NumberIn));
    }

    [Fact]
    public async Task Poison_becomes_a_dead_letter_here_and_what_is_no_event_one_at_once()
    {
        using var dapr = new DaprStandIn("broker") { ApiToken = ApiToken, AppToken = AppToken };
        await using BrokerSidecar sidecar = await StartAsync(dapr);
        await dapr.ConnectAsync(sidecar.Sidecar.Host.DataAddress, Cancellation);
        DaprdPubSub broker = await sidecar.OpenAsync("events", ("maxDeliveries", "2"));
        var inbox = new Inbox();
        var dead = new Inbox();
        var attempts = new ConcurrentDictionary<int, int>();
        await using DaprdSubscription letters = await broker.SubscribeAsync("orders.dead", null, dead.TakeAsync, Cancellation);
        await using DaprdSubscription subscription = await broker.SubscribeAsync("orders", null, message =>
        {
            attempts.AddOrUpdate(NumberIn(message), 1, static (_, count) => count + 1);
            return NumberIn(message) == 3 ? throw new InvalidOperationException("No.") : inbox.TakeAsync(message);
        }, Cancellation);
        for (int number = 0; number < 6; number++)
            dapr.Offer("orders", Foreign(number, "c"));
        dapr.Offer("orders", new JsonObject { ["what"] = "this is no event" });
        await inbox.WaitAsync(5);
        await dead.WaitAsync(2);
        Assert.Equal([0, 1, 2, 4, 5], inbox.Messages.Select(NumberIn).Order());
        Assert.Equal(2, attempts[3]);
        Assert.Equal(["""{"what":"this is no event"}"""], dead.Texts.Where(text => text.Contains("what", StringComparison.Ordinal)));
        Assert.Equal([3], dead.Messages.Where(message => message.ContentType == "application/cloudevents+json").Select(NumberIn));
        string metrics = await sidecar.Sidecar.AdminClient.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation);
        Assert.Contains("""thermocline_events_dead_letters_total{topic="orders",group="default"} 1""", metrics, StringComparison.Ordinal);
        Assert.Contains("""thermocline_events_published_total{topic="orders"} 6""", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Topics_that_are_not_listed_and_a_Component_that_would_feed_itself_are_refused_in_words()
    {
        using var dapr = new DaprStandIn("broker") { ApiToken = ApiToken, AppToken = AppToken };
        await using BrokerSidecar sidecar = await StartAsync(dapr);
        DaprdPubSub broker = await sidecar.OpenAsync();
        await using DaprdSubscription subscription = await broker.SubscribeAsync("elsewhere", null, new Inbox().TakeAsync, Cancellation);
        Testing.Grpc.CallException? refused = await subscription.Ended.WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        Assert.Contains("events.dapr.topics", refused!.ToString(), StringComparison.Ordinal);
        DaprdPubSub own = await sidecar.OpenAsync("broker");
        DaprdException looped = await Assert.ThrowsAsync<DaprdException>(() => own.PublishAsync("orders", EventOf(1), null, Cancellation));
        Assert.Equal(400, looped.HttpStatus);
        Assert.Contains("events.dapr.pubsub", looped.Message, StringComparison.Ordinal);
    }

    private static byte[] EventOf(int number) => Encoding.UTF8.GetBytes(Foreign(number, "").ToJsonString());

    // What daprd makes of what an application publishes.
    private static JsonObject Foreign(int number, string context)
    {
        var envelope = new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = $"e-{number}",
            ["source"] = "shop",
            ["type"] = "com.dapr.event.sent",
            ["datacontenttype"] = "application/json",
            ["data"] = number,
        };
        if (context.Length > 0)
            envelope["partitionkey"] = context;
        return envelope;
    }

    private static int NumberIn(DaprdMessage message) => (int)JsonNode.Parse(message.Content)!["data"]!;

    private static string IdIn(DaprdMessage message) => (string)JsonNode.Parse(message.Content)!["id"]!;

    private static JsonElement TopicIn(JsonElement events, string name) =>
        events.GetProperty("topics").EnumerateArray().Single(topic => topic.GetProperty("name").GetString() == name);

    private static Task PublishAsync(DaprdPubSub broker, string topic, byte[] content, string context) =>
        broker.PublishAsync(topic, content, new Dictionary<string, string> { ["partitionKey"] = context }, Cancellation);

    private Task<BrokerSidecar> StartAsync(DaprStandIn dapr, string? folder = null)
    {
        string api = _folder.Combine("api"), app = _folder.Combine("app");
        File.WriteAllText(api, ApiToken);
        File.WriteAllText(app, AppToken);
        return BrokerSidecar.StartAsync(folder, "events: {engine: dapr, dapr: {pubsub: broker, topics: [orders, größe/1]}}",
            $", endpoint: '{dapr.Address}', apiTokenFile: {api}, appTokenFile: {app}");
    }
}
