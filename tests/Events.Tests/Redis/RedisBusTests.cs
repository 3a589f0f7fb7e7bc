using System.Text;
using Thermocline.Events.Redis;
using Thermocline.Resp;
using Thermocline.Testing;
using Thermocline.Testing.Redis;
using Xunit;

namespace Thermocline.Events.Tests.Redis;

public sealed class RedisBusTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_group_gets_every_event_with_all_it_carries()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus bus = Bus(server);
        var first = new Collected();
        var second = new Collected();
        await bus.SubscribeAsync(Wish("one"), first.Handling, Cancellation);
        await bus.SubscribeAsync(Wish("two"), second.Handling, Cancellation);
        var draft = new EventDraft
        {
            Payload = new byte[] { 0, 1, 13, 10, 255 },
            Context = "c\u00e9",
            Id = "own",
            ContentType = "application/octet-stream",
            Metadata = new Dictionary<string, string> { ["trace"] = "abc" },
        };
        Assert.Equal(PublishAnswer.Done, await bus.PublishAsync("t", new[] { draft }, Cancellation));
        foreach (Collected each in new[] { first, second })
        {
            await each.WaitAsync(1, Cancellation);
            EventDelivery got = Assert.Single(each.All);
            Assert.Equal(draft.Payload.ToArray(), got.Payload.ToArray());
            Assert.Equal(("t", "own", "c\u00e9", "application/octet-stream", 1), (got.Topic, got.Id, got.Context, got.ContentType, got.Attempt));
            Assert.Equal("abc", got.Metadata["trace"]);
        }
    }

    [Fact]
    public async Task A_group_that_is_forgotten_holds_nothing_back_and_begins_anew()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus bus = Bus(server);
        var first = new Collected();
        IAsyncDisposable member = await bus.SubscribeAsync(Wish("gone"), first.Handling, Cancellation);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bus.RemoveGroupAsync("t", "gone", Cancellation).AsTask());
        await member.DisposeAsync();
        await bus.PublishAsync("t", new[] { Draft("while nobody is there", "c") }, Cancellation);
        Assert.True(await bus.RemoveGroupAsync("t", "gone", Cancellation));
        Assert.False(await bus.RemoveGroupAsync("t", "gone", Cancellation));
        Assert.False(await bus.RemoveGroupAsync("never", "gone", Cancellation));
        var second = new Collected();
        await bus.SubscribeAsync(Wish("gone"), second.Handling, Cancellation);
        await bus.PublishAsync("t", new[] { Draft("afterwards", "c") }, Cancellation);
        await second.WaitAsync(1, Cancellation);
        Assert.Equal(["afterwards"], second.All.Select(static delivery => Encoding.UTF8.GetString(delivery.Payload.Span)));
    }

    [Fact]
    public async Task Events_of_a_context_come_in_their_order_also_past_retries()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus bus = Bus(server);
        var collected = new Collected(delivery =>
            delivery.Attempt < 3 && delivery.Payload.Span[^1] == '3' ? Handling.Retry : Handling.Done);
        await bus.SubscribeAsync(Wish("g"), collected.Handling, Cancellation);
        EventDraft[] drafts =
        [
            .. Enumerable.Range(0, 200).Select(number => Draft($"{number}", $"context {number % 7}")),
        ];
        Assert.Equal(PublishAnswer.Done, await bus.PublishAsync("t", drafts, Cancellation));
        await collected.WaitAsync(240, Cancellation);
        foreach (IGrouping<string, EventDelivery> context in collected.All.GroupBy(delivery => delivery.Context))
        {
            int[] numbers = [.. context.Select(delivery => int.Parse(Encoding.UTF8.GetString(delivery.Payload.Span)))];
            Assert.Equal(numbers.Order(), numbers);
        }
    }

    [Fact]
    public async Task Dead_letters_are_the_poisoned_ones_once_each()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus bus = Bus(server);
        var letters = new Collected();
        await bus.SubscribeAsync(Wish("g", "dead"), letters.Handling, Cancellation);
        var collected = new Collected(delivery => Encoding.UTF8.GetString(delivery.Payload.Span) switch
        {
            "poison" => Handling.Retry,
            "refused" => Handling.DeadLetter,
            "thrown" => throw new InvalidOperationException("broken"),
            _ => Handling.Done,
        });
        await bus.SubscribeAsync(Wish("g") with { DeadLetterTopic = "dead", AttemptsMax = 3 }, collected.Handling, Cancellation);
        await bus.PublishAsync(
            "t", new[] { Draft("a", "c"), Draft("poison", "c"), Draft("b", "c"), Draft("refused", "d"), Draft("thrown", "") }, Cancellation);
        await collected.WaitAsync(9, Cancellation);
        await letters.WaitAsync(3, Cancellation);
        Assert.Equal(["poison", "refused", "thrown"], letters.Texts.Order());
        Assert.Equal("t", letters.All.First().Metadata["dead-letter-topic"]);
        Assert.Equal(["a", "poison", "poison", "poison", "b"],
            collected.All.Where(each => each.Context == "c").Select(each => Encoding.UTF8.GetString(each.Payload.Span)));
    }

    [Fact]
    public async Task A_full_backlog_refuses_until_it_is_handled()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus bus = Bus(server, options => options with { BacklogMax = 20, PublishWaitMax = TimeSpan.FromMilliseconds(200) });
        using var gate = new SemaphoreSlim(0);
        await using IAsyncDisposable subscription = await bus.SubscribeAsync(
            Wish("g"),
            async (_, stop) =>
            {
                await gate.WaitAsync(stop);
                return Handling.Done;
            },
            Cancellation);
        PublishAnswer answer = PublishAnswer.Done;
        int taken = 0;
        for (; taken < 100 && answer.Outcome == PublishOutcome.Done; taken++)
            answer = await bus.PublishAsync("t", new[] { Draft("x", $"{taken}") }, Cancellation);
        Assert.Equal((PublishOutcome.Busy, 21), (answer.Outcome, taken));
        Assert.Equal(1, bus.Status.Topics.Single().Refused);
        gate.Release(100);
        do
            answer = await bus.PublishAsync("t", new[] { Draft("y", "c") }, Cancellation);
        while (answer.Outcome == PublishOutcome.Busy);
        Assert.Equal(PublishAnswer.Done, answer);
    }

    [Fact]
    public async Task A_topic_nobody_takes_keeps_its_newest()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus bus = Bus(server, options => options with { BacklogMax = 1_000, Partitions = 1 });
        EventDraft[] drafts = [.. Enumerable.Range(0, 500).Select(number => Draft($"{number}", "c"))];
        for (int round = 0; round < 10; round++)
            Assert.Equal(PublishAnswer.Done, await bus.PublishAsync("t", drafts, Cancellation));
        Assert.InRange(bus.Status.Topics.Single().Backlog, 500, 2_000);
    }

    [Fact]
    public async Task Bad_publications_are_told_what_is_wrong_with_them()
    {
        await using var bus = new RedisBus(
            new RedisBusOptions { Server = new RespOptions { Server = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1) } },
            TimeProvider.System, () => 0.5);
        EventDraft large = new() { Payload = new byte[EventLimits.PayloadBytesMax + 1] };
        Assert.Equal((PublishOutcome.TooLarge, 1), Of(await bus.PublishAsync("t", new[] { Draft("x", ""), large }, Cancellation)));
        Assert.Equal((PublishOutcome.Invalid, -1), Of(await bus.PublishAsync("", new[] { Draft("x", "") }, Cancellation)));
        Assert.Equal((PublishOutcome.Invalid, -1), Of(await bus.PublishAsync("t", Array.Empty<EventDraft>(), Cancellation)));
        Assert.Equal((PublishOutcome.Invalid, 0), Of(await bus.PublishAsync("t", new[] { Draft("x", "a\nb") }, Cancellation)));
        Assert.Equal((PublishOutcome.Unavailable, -1), Of(await bus.PublishAsync("t", new[] { Draft("x", "") }, Cancellation)));
        Assert.False(bus.Status.Available);
    }

    [Fact]
    public async Task A_server_that_is_away_says_so_and_afterwards_everything_goes_on()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus bus = Bus(server);
        var collected = new Collected();
        await bus.SubscribeAsync(Wish("g"), collected.Handling, Cancellation);
        await bus.PublishAsync("t", new[] { Draft("before", "c") }, Cancellation);
        await collected.WaitAsync(1, Cancellation);
        await server.KillAsync();
        PublishAnswer answer = await bus.PublishAsync("t", new[] { Draft("during", "c") }, Cancellation);
        Assert.Equal(PublishOutcome.Unavailable, answer.Outcome);
        Assert.False(bus.Status.Available);
        await server.StartAsync(Cancellation);
        await Eventually.IsAsync(
            async () => (answer = await bus.PublishAsync("t", new[] { Draft("after", "c") }, Cancellation)).Outcome != PublishOutcome.Unavailable,
            Cancellation);
        Assert.Equal(PublishAnswer.Done, answer);
        await collected.WaitAsync(1, Cancellation);
        Assert.Equal("after", collected.Texts.Last());
        Assert.True(bus.Status.Available);
    }

    [Fact]
    public async Task A_circuit_that_opened_with_a_connection_closes_with_the_next()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus bus = Bus(server, options => options with { CircuitFailures = 2, CircuitBreak = TimeSpan.FromMinutes(10) });
        await bus.PublishAsync("t", new[] { Draft("first", "c") }, Cancellation);
        using var stop = new CancellationTokenSource();
        Task publishing = Task.WhenAll(Enumerable.Range(0, 50).Select(async number =>
        {
            while (!stop.IsCancellationRequested)
            {
                if ((await bus.PublishAsync("t", new[] { Draft("x", $"{number}") }, Cancellation)).Outcome != PublishOutcome.Done)
                    await Task.Delay(1, Cancellation);
            }
        }));
        for (int round = 0; round < 3; round++)
        {
            await server.KillAsync();
            await server.StartAsync(Cancellation);
            long taken = bus.Status.Topics.Single().Published;
            await Eventually.IsAsync(() => bus.Status.Topics.Single().Published >= taken + 100, Cancellation);
        }

        await stop.CancelAsync();
        await publishing;
    }

    [Fact]
    public async Task An_event_that_expired_before_it_was_handled_is_not()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus bus = Bus(server);
        var collected = new Collected();
        await bus.SubscribeAsync(Wish("g"), collected.Handling, Cancellation);
        await bus.PublishAsync(
            "t", new[] { Draft("old", "c") with { ExpiresAt = DateTimeOffset.UnixEpoch }, Draft("new", "c") }, Cancellation);
        await collected.WaitAsync(1, Cancellation);
        Assert.Equal(["new"], collected.Texts);
    }

    [Fact]
    public async Task A_handler_that_does_not_answer_in_time_is_asked_again()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus bus = Bus(server);
        var collected = new Collected();
        await bus.SubscribeAsync(
            Wish("g") with { HandlingLimit = TimeSpan.FromMilliseconds(30) },
            async (delivery, stop) =>
            {
                await collected.Handling(delivery, stop);
                if (delivery.Attempt == 1)
                    await Task.Delay(Timeout.Infinite, stop);
                return Handling.Done;
            },
            Cancellation);
        await bus.PublishAsync("t", new[] { Draft("x", "c") }, Cancellation);
        await collected.WaitAsync(2, Cancellation);
        Assert.Equal([1, 2], collected.All.Select(delivery => delivery.Attempt));
    }

    private static (PublishOutcome, int) Of(PublishAnswer answer) => (answer.Outcome, answer.FailedEvent);

    internal static EventDraft Draft(string text, string context) => new() { Payload = Encoding.UTF8.GetBytes(text), Context = context };

    internal static SubscriptionOptions Wish(string group, string topic = "t") => new()
    {
        Topic = topic,
        Group = group,
        RetryDelay = TimeSpan.FromMilliseconds(5),
        RetryDelayMax = TimeSpan.FromMilliseconds(20),
    };

    internal static RedisBus Bus(RedisServer server, Func<RedisBusOptions, RedisBusOptions>? change = null)
    {
        var resp = new RespOptions { Server = server.Unix, ReconnectDelay = TimeSpan.FromMilliseconds(5), ReconnectDelayMax = TimeSpan.FromMilliseconds(50) };
        var options = new RedisBusOptions { Server = resp, TidyInterval = TimeSpan.FromMilliseconds(50), LeaseTime = TimeSpan.FromSeconds(1) };
        return new RedisBus(change?.Invoke(options) ?? options, TimeProvider.System, new Random(3).NextDouble);
    }
}
