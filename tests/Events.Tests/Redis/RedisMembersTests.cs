using System.Diagnostics;
using System.Globalization;
using System.Text;
using Thermocline.Events.Redis;
using Thermocline.Resp;
using Thermocline.Testing;
using Thermocline.Testing.Events;
using Thermocline.Testing.Redis;
using Xunit;

namespace Thermocline.Events.Tests.Redis;

/// <summary>Several members of a group: sharing, dying, and a server that dies with them.</summary>
public sealed class RedisMembersTests
{
    private const int Contexts = 64;
    private const int PoisonEvery = 97;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_member_had_is_taken_over_in_order_and_counted_as_an_attempt_where_it_was_begun()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        using var relay = new Relay(server.Tcp);
        await using RedisBus killed = Bus(relay.Place);
        await using RedisBus other = RedisBusTests.Bus(server);
        var begun = new TaskCompletionSource();
        await killed.SubscribeAsync(
            RedisBusTests.Wish("g"),
            async (_, stop) =>
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.Infinite, stop);
                return Handling.Done;
            },
            Cancellation);
        EventDraft[] drafts = [.. Enumerable.Range(0, 50).Select(number => RedisBusTests.Draft($"{number}", "c"))];
        Assert.Equal(PublishAnswer.Done, await other.PublishAsync("t", drafts, Cancellation));
        await begun.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        relay.Cut();
        var collected = new Collected();
        await other.SubscribeAsync(RedisBusTests.Wish("g"), collected.Handling, Cancellation);
        await collected.WaitAsync(50, Cancellation);
        Assert.Equal(Enumerable.Range(0, 50).Select(number => $"{number}"), collected.Texts);
    }

    [Fact]
    public async Task An_event_that_kills_whoever_handles_it_comes_to_an_end_and_those_behind_it_are_blameless()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus publisher = RedisBusTests.Bus(server);
        var letters = new Collected();
        await publisher.SubscribeAsync(RedisBusTests.Wish("g", "dead"), letters.Handling, Cancellation);
        SubscriptionOptions wish = RedisBusTests.Wish("g") with { AttemptsMax = 2, DeadLetterTopic = "dead" };
        var buses = new List<(Relay Relay, RedisBus Bus)>();
        var handled = new Collected();
        try
        {
            bool isPublished = false;
            Task letter = letters.WaitAsync(1, Cancellation);
            while (!letters.All.Any())
            {
                Assert.InRange(buses.Count, 0, 4);
                var relay = new Relay(server.Tcp);
                RedisBus bus = Bus(relay.Place);
                buses.Add((relay, bus));
                var begun = new TaskCompletionSource();
                await bus.SubscribeAsync(
                    wish,
                    async (delivery, stop) =>
                    {
                        if (Encoding.UTF8.GetString(delivery.Payload.Span) != "poison")
                            return await handled.Handling(delivery, stop);
                        begun.TrySetResult();
                        await Task.Delay(Timeout.Infinite, stop);
                        return Handling.Done;
                    },
                    Cancellation);
                if (!isPublished)
                    await publisher.PublishAsync("t", new[] { RedisBusTests.Draft("poison", "c"), RedisBusTests.Draft("good", "c") }, Cancellation);
                isPublished = true;
                await Task.WhenAny(begun.Task, letter);
                if (begun.Task.IsCompleted)
                    relay.Cut();
            }

            await handled.WaitAsync(1, Cancellation);
            Assert.Equal(["poison"], letters.Texts);
            Assert.Equal(["good"], handled.Texts);
        }
        finally
        {
            foreach ((Relay relay, RedisBus bus) in buses)
            {
                await bus.DisposeAsync();
                relay.Dispose();
            }
        }
    }

    [Fact]
    public async Task Members_share_the_streams_and_leave_them_to_each_other()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        await using RedisBus first = RedisBusTests.Bus(server);
        var ofFirst = new Collected();
        var ofSecond = new Collected();
        await first.SubscribeAsync(RedisBusTests.Wish("g"), ofFirst.Handling, Cancellation);
        RedisBus second = RedisBusTests.Bus(server, options => options with { Server = options.Server with { ClientName = "second" } });
        try
        {
            await second.SubscribeAsync(RedisBusTests.Wish("g"), ofSecond.Handling, Cancellation);
            while (!ofFirst.All.Any() || !ofSecond.All.Any())
                await PublishAsync(first);
        }
        finally
        {
            await second.DisposeAsync();
        }

        int before = ofFirst.All.Count() + ofSecond.All.Count();
        await PublishAsync(first);
        await Eventually.IsAsync(() => ofFirst.All.Count() + ofSecond.All.Count() >= before + Contexts, Cancellation);
    }

    [Fact]
    public async Task Nothing_is_lost_or_out_of_order_when_a_member_and_the_server_are_killed()
    {
        await using RedisServer server = await RedisServer.NeedAsync(Cancellation);
        using var relay = new Relay(server.Tcp);
        await using RedisBus killed = Bus(relay.Place);
        await using RedisBus survivor = RedisBusTests.Bus(server);
        var handled = new List<(long At, int Context, long Number)>();
        using var frozen = new CancellationTokenSource();
        var letters = new Collected();
        await survivor.SubscribeAsync(RedisBusTests.Wish("g", "dead"), letters.Handling, Cancellation);
        foreach (RedisBus bus in new[] { killed, survivor })
        {
            await bus.SubscribeAsync(
                RedisBusTests.Wish("g") with { DeadLetterTopic = "dead", AttemptsMax = 2 },
                async (delivery, stop) =>
                {
                    if (bus == killed && frozen.IsCancellationRequested)
                        await Task.Delay(Timeout.Infinite, stop);
                    long number = long.Parse(Encoding.UTF8.GetString(delivery.Payload.Span), CultureInfo.InvariantCulture);
                    lock (handled)
                        handled.Add((Stopwatch.GetTimestamp(), int.Parse(delivery.Context, CultureInfo.InvariantCulture), number));
                    return number % PoisonEvery == PoisonEvery - 1 ? Handling.Retry : Handling.Done;
                },
                Cancellation);
        }

        long[] published = new long[Contexts];
        for (int round = 0; round < 300; round++)
        {
            if (round == 100)
            {
                await frozen.CancelAsync();
                relay.Cut();
            }

            if (round == 200)
            {
                await server.KillAsync();
                await server.StartAsync(Cancellation);
            }

            await PublishRoundAsync(survivor, published);
        }

        long poisoned = published.Sum(count => count / PoisonEvery);
        await letters.WaitAsync((int)poisoned, Cancellation);
        await Eventually.IsAsync(() => survivor.Status.Topics.Single(topic => topic.Name == "t").Groups.Single().Lag <= 0, Cancellation);
        var history = new EventHistory();
        lock (handled)
            handled.ForEach(each => history.Add(each.At, each.Context, each.Number));
        Assert.Empty(history.Mistakes(published));
        Assert.Equal(poisoned, letters.All.Select(letter => letter.Id).Distinct().Count());
        Assert.All(letters.Texts, text =>
            Assert.Equal(PoisonEvery - 1, long.Parse(text, CultureInfo.InvariantCulture) % PoisonEvery));
    }

    // What may or may not have been taken when the server died is not published a second time: the context goes on with the next
    // number only where it was answered.
    private static async Task PublishRoundAsync(RedisBus bus, long[] published)
    {
        var batch = new EventDraft[Contexts];
        for (int context = 0; context < Contexts; context++)
        {
            batch[context] = RedisBusTests.Draft(
                published[context].ToString(CultureInfo.InvariantCulture), context.ToString(CultureInfo.InvariantCulture));
        }

        await Eventually.IsAsync(async () => (await bus.PublishAsync("t", batch, Cancellation)).Outcome == PublishOutcome.Done, Cancellation);
        for (int context = 0; context < Contexts; context++)
            published[context]++;
    }

    private static async Task PublishAsync(RedisBus bus)
    {
        EventDraft[] drafts = [.. Enumerable.Range(0, Contexts).Select(number => RedisBusTests.Draft("x", $"{number}"))];
        Assert.Equal(PublishAnswer.Done, await bus.PublishAsync("t", drafts, Cancellation));
    }

    private static RedisBus Bus(System.Net.EndPoint place) => new(
        new RedisBusOptions { Server = new RespOptions { Server = place }, LeaseTime = TimeSpan.FromSeconds(1) },
        TimeProvider.System, new Random(place.GetHashCode()).NextDouble);
}
