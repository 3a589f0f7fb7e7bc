using System.Collections.Concurrent;
using Thermocline.Events.Embedded;
using Thermocline.Store;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Events.Tests.Embedded;

public sealed class BackPressureTests
{
    private static readonly EmbeddedBusOptions Tight = Events.Quick with { BacklogEventsMax = 10, PublishWaitMax = TimeSpan.Zero };

    [Fact]
    public async Task Publishers_are_refused_at_the_bound_and_taken_again_below_it()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store, Tight);
        var permits = new SemaphoreSlim(0);
        await bus.SubscribeAsync(Events.Options("t", "g"), async (_, cancellation) =>
        {
            await permits.WaitAsync(cancellation);
            return Handling.Done;
        });
        for (int i = 0; i < 10; i++)
            Assert.Equal(PublishOutcome.Done, (await bus.PublishAsync("t", Events.Draft($"{i}", "c"))).Outcome);
        Assert.Equal(PublishOutcome.Busy, (await bus.PublishAsync("t", Events.Draft("x"))).Outcome);
        Assert.Equal((10, 1), (bus.Topic("t").Backlog, bus.Topic("t").Refused));
        permits.Release();
        await Eventually.IsAsync(() => bus.Topic("t").Backlog == 9, TestContext.Current.CancellationToken);
        Assert.Equal(PublishOutcome.Busy, (await bus.PublishAsync("t", Events.Draft("x"), Events.Draft("y"))).Outcome);
        Assert.Equal(PublishOutcome.Done, (await bus.PublishAsync("t", Events.Draft("x"))).Outcome);
        permits.Release(100);
        await bus.DrainAsync("t", "g");
        Assert.Equal(11, bus.Group("t", "g").Handled);
    }

    [Fact]
    public async Task A_publisher_waits_for_room_in_turn_and_no_longer_than_its_bound()
    {
        using TieredStore store = Events.Store();
        var time = new SteppedTime();
        EmbeddedBusOptions options = Tight with { PublishWaitMax = TimeSpan.FromMilliseconds(50), PublishersWaitingMax = 2 };
        await using EmbeddedBus bus = await Events.OpenAsync(store, options, time);
        var gate = new SemaphoreSlim(0);
        var seen = new ConcurrentQueue<string>();
        await bus.SubscribeAsync(Events.Options("t", "g"), async (delivery, cancellation) =>
        {
            await gate.WaitAsync(cancellation);
            seen.Enqueue(delivery.Text());
            return Handling.Done;
        });
        await bus.PublishAsync("t", [.. Enumerable.Range(0, 10).Select(static i => Events.Draft($"{i}", "c"))]);

        Task<PublishAnswer> first = bus.PublishAsync("t", Events.Draft("first", "c")).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(30));
        Task<PublishAnswer> second = bus.PublishAsync("t", Events.Draft("second", "c")).AsTask();
        Assert.Equal(PublishOutcome.Busy, (await bus.PublishAsync("t", Events.Draft("third", "c"))).Outcome);
        Assert.False(first.IsCompleted || second.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.False(first.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(PublishOutcome.Busy, (await first).Outcome);
        gate.Release();
        Assert.Equal(PublishOutcome.Done, (await second).Outcome);
        gate.Release(100);
        await bus.DrainAsync("t", "g");
        Assert.Equal([.. Enumerable.Range(0, 10).Select(static i => $"{i}"), "second"], seen);
    }

    [Fact]
    public async Task A_publisher_that_gives_up_while_it_waits_has_published_nothing()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store, Tight with { PublishWaitMax = TimeSpan.FromSeconds(60) });
        var gate = new SemaphoreSlim(0);
        await bus.SubscribeAsync(Events.Options("t", "g"), async (_, cancellation) =>
        {
            await gate.WaitAsync(cancellation);
            return Handling.Done;
        });
        await bus.PublishAsync("t", [.. Enumerable.Range(0, 10).Select(static i => Events.Draft($"{i}"))]);
        using var giveUp = new CancellationTokenSource();
        Task<PublishAnswer> waiting = bus.PublishAsync("t", new[] { Events.Draft("x") }, giveUp.Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        gate.Release(100);
        await bus.DrainAsync("t", "g");
        Assert.Equal(10, bus.Group("t", "g").Handled);
    }

    [Fact]
    public async Task Bytes_are_bounded_too()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store, Tight with { BacklogEventsMax = 1_000, BacklogBytesMax = 64 << 10 });
        var gate = new SemaphoreSlim(0);
        await bus.SubscribeAsync(Events.Options("t", "g"), async (_, cancellation) =>
        {
            await gate.WaitAsync(cancellation);
            return Handling.Done;
        });
        var draft = new EventDraft { Payload = new byte[10_000] };
        int taken = 0;
        while ((await bus.PublishAsync("t", draft)).Outcome == PublishOutcome.Done)
            taken++;
        Assert.Equal(6, taken);
        Assert.InRange(bus.Topic("t").BacklogBytes, 60_000, 64 << 10);
        gate.Release(100);
        await bus.DrainAsync("t", "g");
        Assert.Equal(PublishOutcome.Done, (await bus.PublishAsync("t", draft)).Outcome);
        Assert.Equal(PublishOutcome.TooLarge, (await bus.PublishAsync("t", new EventDraft { Payload = new byte[70_000] })).Outcome);
    }

    [Fact]
    public async Task A_topic_without_a_group_keeps_the_newest_events()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store, Tight);
        const int Count = 200;
        long before = store.Status.Commits;
        for (int i = 0; i < Count; i++)
            Assert.Equal(PublishOutcome.Done, (await bus.PublishAsync("t", Events.Draft($"{i}"))).Outcome);
        Assert.Equal(10, bus.Topic("t").Backlog);
        await Eventually.IsAsync(() => Events.CountBlocks(store) < 10 + 64, TestContext.Current.CancellationToken);
        // Many with one write: each costs a sync.
        Assert.InRange(store.Status.Commits - before, Count, Count + (Count / 64) + 1);
        var seen = new ConcurrentQueue<string>();
        await bus.SubscribeAsync(Events.Options("t", "g") with { FromOldest = true, ConcurrencyMax = 1 }, EmbeddedBusTests.Into(seen));
        await bus.DrainAsync("t", "g");
        Assert.Equal(Enumerable.Range(Count - 10, 10).Select(static i => $"{i}"), seen);
    }

    [Fact]
    public async Task A_group_that_is_forgotten_holds_nothing_back()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store, Tight);
        IAsyncDisposable member = await bus.SubscribeAsync(Events.Options("t", "gone"), static (_, _) => new(Handling.Retry));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bus.RemoveGroupAsync("t", "gone", CancellationToken.None).AsTask());
        await member.DisposeAsync();
        await bus.PublishAsync("t", [.. Enumerable.Range(0, 10).Select(static i => Events.Draft($"{i}"))]);
        Assert.Equal(PublishOutcome.Busy, (await bus.PublishAsync("t", Events.Draft("x"))).Outcome);
        Assert.True(await bus.RemoveGroupAsync("t", "gone", CancellationToken.None));
        Assert.False(await bus.RemoveGroupAsync("t", "gone", CancellationToken.None));
        Assert.Equal(PublishOutcome.Done, (await bus.PublishAsync("t", Events.Draft("x"))).Outcome);
        Assert.Empty(bus.Topic("t").Groups);
    }
}
