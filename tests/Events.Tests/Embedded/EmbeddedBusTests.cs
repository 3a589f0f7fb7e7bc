using System.Collections.Concurrent;
using Thermocline.Events.Embedded;
using Thermocline.Events.Embedded.Delivering;
using Thermocline.Store;
using Thermocline.Store.Accounting;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Events.Tests.Embedded;

public sealed class EmbeddedBusTests
{
    [Fact]
    public async Task An_event_comes_as_it_was_published()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        var got = new TaskCompletionSource<(EventDelivery Delivery, string Text)>();
        await bus.SubscribeAsync(Events.Options("t", "g"), (delivery, _) =>
        {
            got.TrySetResult((delivery, delivery.Text()));
            return new(Handling.Done);
        });
        var draft = new EventDraft
        {
            Payload = "hello"u8.ToArray(),
            Context = "käse",
            Id = "one",
            ContentType = "text/plain",
            Metadata = new Dictionary<string, string> { ["a"] = "ä", ["b"] = "" },
            ExpiresAt = TimeProvider.System.GetUtcNow().AddHours(1),
        };
        Assert.Equal(PublishAnswer.Done, await bus.PublishAsync("t", draft));

        (EventDelivery delivery, string text) = await got.Task.WaitAsync(Events.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("hello", text);
        Assert.Equal(("t", "one", "käse", "text/plain", 1), (delivery.Topic, delivery.Id, delivery.Context, delivery.ContentType, delivery.Attempt));
        Assert.Equal(draft.Metadata, delivery.Metadata);
        Assert.InRange(delivery.PublishedAt, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task An_event_without_an_id_has_the_same_one_at_every_attempt_and_for_every_group()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        var ids = new ConcurrentBag<string>();
        foreach (string group in new[] { "g", "h" })
        {
            await bus.SubscribeAsync(Events.Options("t", group), (delivery, _) =>
            {
                ids.Add(delivery.Id);
                return new(delivery.Attempt < 3 ? Handling.Retry : Handling.Done);
            });
        }

        await bus.PublishAsync("t", Events.Draft("x"));
        await bus.DrainAsync("t", "g");
        await bus.DrainAsync("t", "h");
        Assert.Equal(6, ids.Count);
        Assert.Single(ids.Distinct());
        Assert.Equal(2, bus.Group("t", "g").Redelivered);
    }

    [Fact]
    public async Task A_group_that_is_new_gets_what_comes_from_now_on_or_all_that_is_kept_when_it_asks_for_it()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        await bus.PublishAsync("t", Events.Draft("before"));
        var late = new ConcurrentQueue<string>();
        var whole = new ConcurrentQueue<string>();
        await bus.SubscribeAsync(Events.Options("t", "late"), Into(late));
        await bus.SubscribeAsync(Events.Options("t", "whole") with { FromOldest = true }, Into(whole));
        await bus.PublishAsync("t", Events.Draft("after"));
        await bus.DrainAsync("t", "late");
        await bus.DrainAsync("t", "whole");
        Assert.Equal(["after"], late);
        Assert.Equal(["before", "after"], whole.Order().Reverse());
    }

    [Fact]
    public async Task A_restart_goes_on_where_the_group_was()
    {
        var files = new MemoryFiles();
        var seen = new ConcurrentQueue<string>();
        for (int run = 0; run < 3; run++)
        {
            using TieredStore store = Events.Store(files);
            await using EmbeddedBus bus = await Events.OpenAsync(store);
            await using (await bus.SubscribeAsync(Events.Options("t", "g"), Into(seen)))
            {
                await bus.PublishAsync("t", Events.Draft($"{run} with"));
                await bus.DrainAsync("t", "g");
            }

            await bus.PublishAsync("t", Events.Draft($"{run} without"));
            Assert.Equal(1, bus.Group("t", "g").Lag);
        }

        Assert.Equal(["0 with", "0 without", "1 with", "1 without", "2 with"], seen.Order());
    }

    [Fact]
    public async Task Offsets_go_on_after_a_restart_that_finds_no_block()
    {
        var files = new MemoryFiles();
        var ids = new ConcurrentQueue<string>();
        for (int run = 0; run < 3; run++)
        {
            using TieredStore store = Events.Store(files);
            await using EmbeddedBus bus = await Events.OpenAsync(store);
            await using (await bus.SubscribeAsync(Events.Options("t", "g"), Into(ids, static delivery => delivery.Id)))
            {
                await bus.PublishAsync("t", Events.Draft("x"));
                await bus.DrainAsync("t", "g");
            }

            await Eventually.IsAsync(() => Events.CountBlocks(store) == 0, TestContext.Current.CancellationToken);
        }

        Assert.Equal(["1-0", "1-1", "1-2"], ids);
    }

    [Fact]
    public async Task Blocks_are_deleted_once_every_group_has_handled_them()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        var gate = new TaskCompletionSource();
        await bus.SubscribeAsync(Events.Options("t", "quick"), static (_, _) => new(Handling.Done));
        await bus.SubscribeAsync(Events.Options("t", "slow"), async (_, _) =>
        {
            await gate.Task;
            return Handling.Done;
        });
        for (int i = 0; i < 20; i++)
            await bus.PublishAsync("t", Events.Draft($"{i}"));
        await bus.DrainAsync("t", "quick");
        Assert.Equal(20, Events.CountBlocks(store));
        Assert.Equal(20, bus.Topic("t").Backlog);
        gate.SetResult();
        await bus.DrainAsync("t", "slow");
        await Eventually.IsAsync(() => Events.CountBlocks(store) == 0, TestContext.Current.CancellationToken);
        Assert.Equal((0, 0), (bus.Topic("t").Backlog, bus.Topic("t").BacklogBytes));
    }

    [Fact]
    public async Task A_poisoned_event_becomes_a_dead_letter_that_says_why_and_the_others_are_handled()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        var attempts = new ConcurrentDictionary<string, int>();
        SubscriptionOptions options = Events.Options("t", "g") with { AttemptsMax = 3, DeadLetterTopic = "dead" };
        var dead = new ConcurrentQueue<EventDelivery>();
        await bus.SubscribeAsync(Events.Options("dead", "d"), (delivery, _) =>
        {
            dead.Enqueue(delivery);
            return new(Handling.Done);
        });
        await bus.SubscribeAsync(options, (delivery, _) =>
        {
            attempts.AddOrUpdate(delivery.Id, 1, static (_, count) => count + 1);
            return delivery.Id switch
            {
                "throws" => throw new InvalidOperationException("no"),
                "never" => new(Handling.DeadLetter),
                "later" => new(delivery.Attempt < 3 ? Handling.Retry : Handling.Done),
                _ => new(Handling.Done),
            };
        });
        await bus.PublishAsync("t", [.. new[] { "throws", "a", "never", "later", "b" }.Select(id => Events.Draft(id, "c", id))]);
        await bus.DrainAsync("t", "g");
        await bus.DrainAsync("dead", "d");
        Assert.Equal(["never", "throws"], dead.Select(static delivery => delivery.Id).Order());
        Assert.Equal((3, 1, 1, 3, 1), (attempts["throws"], attempts["a"], attempts["never"], attempts["later"], attempts["b"]));
        Assert.Equal((3, 2), (bus.Group("t", "g").Handled, bus.Group("t", "g").DeadLetters));
        EventDelivery letter = dead.Single(static delivery => delivery.Id == "throws");
        Assert.Equal(("t", "g", "0", "3"), (letter.Metadata[DeadLetters.Topic], letter.Metadata[DeadLetters.GroupName], letter.Metadata[DeadLetters.Offset], letter.Metadata[DeadLetters.Attempts]));
        Assert.Contains("3 attempts", letter.Metadata[DeadLetters.Reason], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_is_charged_and_given_back()
    {
        using var store = TieredStore.Open(Stores.Small with { Ledger = new MemoryLedger() }, new MemoryFiles(), TimeProvider.System);
        await using (EmbeddedBus bus = await Events.OpenAsync(store))
        {
            var gate = new TaskCompletionSource();
            await bus.SubscribeAsync(Events.Options("t", "g"), async (_, _) =>
            {
                await gate.Task;
                return Handling.Done;
            });
            await bus.PublishAsync("t", [.. Enumerable.Repeat(new EventDraft { Payload = new byte[100_000] }, 5)]);
            await Eventually.IsAsync(() => bus.Group("t", "g").InFlight == 5, TestContext.Current.CancellationToken);
            Assert.InRange(Charged(store), 500_000, 2_000_000);
            gate.SetResult();
            await bus.DrainAsync("t", "g");
            await Eventually.IsAsync(() => Events.CountBlocks(store) == 0, TestContext.Current.CancellationToken);
            Assert.InRange(Charged(store), 0, 32);
        }

        Assert.Equal(-1, Charged(store));
        Assert.Equal(0, store.Memory.Ledger.Figures.Sum(static account => account.Mistakes));
    }

    [Fact]
    public async Task A_group_without_members_says_since_when_events_wait_for_it()
    {
        using TieredStore store = Events.Store();
        var time = new SteppedTime();
        await using EmbeddedBus bus = await Events.OpenAsync(store, time: time);
        await (await bus.SubscribeAsync(Events.Options("t", "g"), static (_, _) => new(Handling.Done))).DisposeAsync();
        Assert.Null(bus.Group("t", "g").OldestUnhandledAt);
        DateTimeOffset then = time.GetUtcNow();
        await bus.PublishAsync("t", Events.Draft("x"));
        time.Advance(TimeSpan.FromMinutes(5));
        await bus.PublishAsync("t", Events.Draft("y"));
        Assert.Equal((2, then), (bus.Group("t", "g").Lag, bus.Group("t", "g").OldestUnhandledAt));
    }

    private static long Charged(TieredStore store) =>
        store.Memory.Ledger.Figures.SingleOrDefault(static account => account is { Component: "signals", Part: "events" })?.Bytes ?? -1;

    internal static EventHandling Into(ConcurrentQueue<string> seen, Func<EventDelivery, string>? of = null) => (delivery, _) =>
    {
        seen.Enqueue(of is null ? delivery.Text() : of(delivery));
        return new(Handling.Done);
    };
}
