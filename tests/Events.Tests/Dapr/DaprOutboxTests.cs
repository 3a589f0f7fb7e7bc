using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Events.Dapr;
using Thermocline.Events.Embedded;
using Thermocline.Events.Outbox;
using Thermocline.Events.Tests.Redis;
using Thermocline.Store;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Xunit;

namespace Thermocline.Events.Tests.Dapr;

/// <summary>The bus of a sidecar with engine <c>dapr</c>: one durable engine that is both outbox and inbox.</summary>
public sealed class DaprOutboxTests
{
    private const int Contexts = 3;
    private const int Each = 30;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dapr_that_was_away_gets_everything_once_it_is_back_in_order_and_delivers_it_here()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub) { FailWith = 503 };
        using TieredStore store = Embedded.Events.Store();
        EmbeddedBus local = await Embedded.Events.OpenAsync(store);
        var options = new DaprOptions
        {
            Endpoint = dapr.Address,
            PubSub = DaprRig.PubSub,
            Topics = ["t"],
            RetryDelay = TimeSpan.FromMilliseconds(1),
            CircuitBreak = TimeSpan.FromSeconds(1),
        };
        var foreign = new DaprBus(options, local, TimeProvider.System, () => 0.5);
        using var app = new DaprApp(foreign.Deliveries);
        var quick = new OutboxOptions { RetryDelay = TimeSpan.FromMilliseconds(2), RetryDelayMax = TimeSpan.FromMilliseconds(5) };
        await using OutboxBus bus = await OutboxBus.OpenAsync(local, foreign, quick, (TimeProvider.System, () => 0.5), Cancellation);
        var collected = new Collected();
        await bus.SubscribeAsync(RedisBusTests.Wish("g"), collected.Handling, Cancellation);
        for (int number = 0; number < Contexts * Each; number++)
        {
            PublishAnswer answer = await bus.PublishAsync("t", new[] { RedisBusTests.Draft($"{number}", $"{number % Contexts}") }, Cancellation);
            Assert.Equal(PublishAnswer.Done, answer);
        }

        await Eventually.IsAsync(
            () => bus.Status is { Available: false, LastFailure: { } said } && said.Contains("503", StringComparison.Ordinal), Cancellation);
        Assert.Equal(Contexts * Each, bus.Status.Topics.Single(topic => topic.Name == "outbox.t").Backlog);
        Assert.Empty(dapr.Published);
        await dapr.ConnectAsync(app.Address, Cancellation);
        dapr.FailWith = 0;
        await collected.WaitAsync(Contexts * Each, Cancellation);
        await Eventually.IsAsync(
            () => bus.Status is { Available: true, LastFailure: null } && bus.Status.Topics.All(topic => topic.Backlog == 0), Cancellation);
        foreach (IGrouping<string, JsonObject> context in dapr.Published.Select(each => each.Envelope).GroupBy(envelope => (string)envelope["tccontext"]!))
            Assert.Equal(Expected(context.Key), context.Select(TextIn).Distinct());
        foreach (IGrouping<string, EventDelivery> context in collected.All.GroupBy(delivery => delivery.Context))
            Assert.Equal(Expected(context.Key), context.Select(delivery => Encoding.UTF8.GetString(delivery.Payload.Span)).Distinct());

        static IEnumerable<string> Expected(string context) =>
            Enumerable.Range(0, Each).Select(number => $"{(number * Contexts) + int.Parse(context, System.Globalization.CultureInfo.InvariantCulture)}");

        static string TextIn(JsonObject envelope) => Encoding.UTF8.GetString(Convert.FromBase64String((string)envelope["data_base64"]!));
    }
}
