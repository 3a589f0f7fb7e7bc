using System.Text;
using Thermocline.Events.Dapr;
using Thermocline.Events.Tests.Redis;
using Thermocline.Testing.Dapr;
using Xunit;

namespace Thermocline.Events.Tests.Dapr;

public sealed class DaprBusTests
{
    private const string PubSub = "bus";
    private const string Secret = "swordfish-9";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task An_event_comes_with_all_it_carries_and_both_tokens_are_shown(int bulk)
    {
        using var dapr = new DaprStandIn(PubSub) { ApiToken = Secret, AppToken = "app-" + Secret, BulkMax = bulk };
        await using DaprBus bus = Bus(dapr);
        var collected = new Collected();
        await bus.SubscribeAsync(RedisBusTests.Wish("g", "t/1"), collected.Handling, Cancellation);
        using var app = new DaprApp(bus.Subscriptions);
        await dapr.ConnectAsync(app.Address, Cancellation);
        EventDraft[] drafts =
        [
            new() { Payload = new byte[] { 0, 255, 7 }, Context = "c", Id = "own", Metadata = new Dictionary<string, string> { ["a"] = "b\"c" } },
            new() { Payload = "{\"x\":[1,2]}"u8.ToArray(), ContentType = "application/json" },
            new() { Payload = "plain"u8.ToArray(), ContentType = "text/plain" },
            new() { Payload = "{broken"u8.ToArray(), ContentType = "application/json" },
        ];
        foreach (EventDraft draft in drafts)
            Assert.Equal(PublishAnswer.Done, await bus.PublishAsync("t/1", new[] { draft }, Cancellation));
        await collected.WaitAsync(4, Cancellation);
        EventDelivery[] got = [.. collected.All.OrderBy(delivery => delivery.ContentType).ThenBy(delivery => delivery.Payload.Length)];
        Assert.Equal(("own", "c", "b\"c"), (got[0].Id, got[0].Context, got[0].Metadata["a"]));
        Assert.Equal([0, 255, 7], got[0].Payload.ToArray());
        Assert.Equal(["{broken", "{\"x\":[1,2]}", "plain"], got[1..].Select(each => Encoding.UTF8.GetString(each.Payload.Span)));
        Assert.All(got, each => Assert.NotEmpty(each.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Order_is_kept_within_a_context_past_retries_and_poison_becomes_a_dead_letter(int bulk)
    {
        using var dapr = new DaprStandIn(PubSub) { BulkMax = bulk };
        await using DaprBus bus = Bus(dapr);
        var letters = new Collected();
        var collected = new Collected(delivery => Encoding.UTF8.GetString(delivery.Payload.Span) switch
        {
            "13" => Handling.Retry,
            ['1', ..] when delivery.Attempt == 1 => Handling.Retry,
            _ => Handling.Done,
        });
        await bus.SubscribeAsync(RedisBusTests.Wish("g") with { AttemptsMax = 3, DeadLetterTopic = "dead" }, collected.Handling, Cancellation);
        await bus.SubscribeAsync(RedisBusTests.Wish("g", "dead"), letters.Handling, Cancellation);
        using var app = new DaprApp(bus.Subscriptions);
        await dapr.ConnectAsync(app.Address, Cancellation);
        EventDraft[] drafts = [.. Enumerable.Range(0, 30).Select(number => RedisBusTests.Draft($"{number}", $"{number % 4}"))];
        Assert.Equal(PublishAnswer.Done, await bus.PublishAsync("t", drafts, Cancellation));
        await letters.WaitAsync(1, Cancellation);
        await collected.WaitAsync(30 + 11 + 1, Cancellation);
        Assert.Equal(["13"], letters.Texts);
        foreach (IGrouping<string, EventDelivery> context in collected.All.GroupBy(delivery => delivery.Context))
        {
            int[] numbers = [.. context.Select(delivery => int.Parse(Encoding.UTF8.GetString(delivery.Payload.Span)))];
            Assert.Equal(numbers.Order(), numbers);
        }
    }

    [Fact]
    public async Task What_failed_of_a_bulk_is_sent_again_alone()
    {
        using var dapr = new DaprStandIn(PubSub) { FailEntry = 2 };
        await using DaprBus bus = Bus(dapr, retries: 0);
        var collected = new Collected();
        await bus.SubscribeAsync(RedisBusTests.Wish("g"), collected.Handling, Cancellation);
        using var app = new DaprApp(bus.Subscriptions);
        await dapr.ConnectAsync(app.Address, Cancellation);
        EventDraft[] drafts = [.. Enumerable.Range(0, 5).Select(number => RedisBusTests.Draft($"{number}", ""))];
        Assert.Equal(PublishAnswer.Done, await bus.PublishAsync("t", drafts, Cancellation));
        await collected.WaitAsync(5, Cancellation);
        Assert.Equal(["0", "1", "2", "3", "4"], collected.Texts.Order());
        Assert.Equal(2, dapr.Requests);
    }

    [Theory]
    [InlineData(400, PublishOutcome.Invalid)]
    [InlineData(403, PublishOutcome.Unavailable)]
    [InlineData(404, PublishOutcome.Unavailable)]
    [InlineData(413, PublishOutcome.TooLarge)]
    [InlineData(500, PublishOutcome.Unavailable)]
    public async Task Each_refusal_is_what_it_means(int status, PublishOutcome expected)
    {
        using var dapr = new DaprStandIn(PubSub) { FailWith = status };
        await using DaprBus bus = Bus(dapr, retries: 0);
        PublishAnswer answer = await bus.PublishAsync("t", new[] { RedisBusTests.Draft("x", "c") }, Cancellation);
        Assert.Equal(expected, answer.Outcome);
        Assert.NotNull(answer.Reason);
    }

    [Fact]
    public async Task A_wrong_token_is_told_and_never_shown()
    {
        using var dapr = new DaprStandIn(PubSub) { ApiToken = "another" };
        var options = new DaprOptions { Endpoint = dapr.Address, PubSub = PubSub, ApiToken = Secret };
        await using var bus = new DaprBus(options, TimeProvider.System, () => 0.5);
        PublishAnswer answer = await bus.PublishAsync("t", new[] { RedisBusTests.Draft("x", "c") }, Cancellation);
        Assert.Equal(PublishOutcome.Unavailable, answer.Outcome);
        Assert.DoesNotContain(Secret, $"{answer} {bus.Status} {options}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_five_failures_in_a_row_nothing_is_sent_for_a_while()
    {
        using var dapr = new DaprStandIn(PubSub) { FailWith = 503 };
        await using DaprBus bus = Bus(dapr, retries: 0);
        for (int attempt = 0; attempt < 20; attempt++)
            Assert.Equal(PublishOutcome.Unavailable, (await bus.PublishAsync("t", new[] { RedisBusTests.Draft("x", "c") }, Cancellation)).Outcome);
        Assert.InRange(dapr.Requests, 5, 6);
        Assert.False(bus.Status.Available);
    }

    [Theory]
    [InlineData("", "DROP")]
    [InlineData("{", "DROP")]
    [InlineData("[]", "DROP")]
    [InlineData("null", "DROP")]
    [InlineData("""{"id":5}""", "DROP")]
    [InlineData("""{"id":"a","data_base64":"?"}""", "DROP")]
    [InlineData("""{"id":"a","data_base64":7}""", "DROP")]
    [InlineData("""{"id":"a","entries":5}""", "SUCCESS")]
    [InlineData("""{"id":"a","time":[],"datacontenttype":{},"tcmetadata":"x","tccontext":1}""", "SUCCESS")]
    [InlineData("""{"entries":[5,{},{"entryId":1},{"entryId":"e"}]}""", """{"statuses":[{"entryId":"e","status":"DROP"}]}""")]
    public async Task Whatever_is_delivered_gets_an_answer_of_Daprs(string body, string expected)
    {
        DaprSubscriptions subscriptions = await SubscribedAsync("");
        DaprReply reply = await subscriptions.DeliverAsync(
            DaprSubscriptions.RoutePrefix + "t", null, Encoding.UTF8.GetBytes(body), Cancellation);
        Assert.Equal(200, reply.Status);
        Assert.Contains(expected, Encoding.UTF8.GetString(reply.Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Depth_size_routes_and_tokens_are_bounded()
    {
        DaprSubscriptions subscriptions = await SubscribedAsync(Secret);
        byte[] fine = "{\"id\":\"a\"}"u8.ToArray();
        string route = DaprSubscriptions.RoutePrefix + "t";
        Assert.Equal(401, (await subscriptions.DeliverAsync(route, null, fine, Cancellation)).Status);
        Assert.Equal(401, (await subscriptions.DeliverAsync(route, "swordfish", fine, Cancellation)).Status);
        Assert.Equal(401, subscriptions.Subscribe("x").Status);
        Assert.Equal(404, (await subscriptions.DeliverAsync("/dapr/events/other", Secret, fine, Cancellation)).Status);
        Assert.Equal(404, (await subscriptions.DeliverAsync("/elsewhere", Secret, fine, Cancellation)).Status);
        Assert.Equal("""{"status":"SUCCESS"}""", Text(await subscriptions.DeliverAsync(route, Secret, fine, Cancellation)));
        byte[] deep = Encoding.UTF8.GetBytes("{\"id\":\"a\",\"data\":" + new string('[', 1_000) + new string(']', 1_000) + "}");
        Assert.Equal("""{"status":"DROP"}""", Text(await subscriptions.DeliverAsync(route, Secret, deep, Cancellation)));
        Assert.Equal("""{"status":"DROP"}""", Text(await subscriptions.DeliverAsync(route, Secret, new byte[(4 << 20) + 1], Cancellation)));
    }

    private static string Text(DaprReply reply) => Encoding.UTF8.GetString(reply.Body.Span);

    private static async Task<DaprSubscriptions> SubscribedAsync(string token)
    {
        var options = new DaprOptions { Endpoint = new Uri("http://127.0.0.1:1"), PubSub = PubSub, AppToken = token };
        var bus = new DaprBus(options, TimeProvider.System, () => 0.5);
        await bus.SubscribeAsync(RedisBusTests.Wish("g"), new Collected().Handling, Cancellation);
        return bus.Subscriptions;
    }

    private static DaprBus Bus(DaprStandIn dapr, int retries = 2)
    {
        var options = new DaprOptions
        {
            Endpoint = dapr.Address,
            PubSub = PubSub,
            ApiToken = dapr.ApiToken,
            AppToken = dapr.AppToken,
            RetriesMax = retries,
            RetryDelay = TimeSpan.FromMilliseconds(1),
        };
        return new DaprBus(options, TimeProvider.System, new Random(5).NextDouble);
    }
}
