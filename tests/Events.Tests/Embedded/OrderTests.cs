using System.Collections.Concurrent;
using Thermocline.Events.Embedded;
using Thermocline.Store;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Events.Tests.Embedded;

public sealed class OrderTests
{
    [Fact]
    public async Task Events_of_a_context_are_handled_one_after_the_other_while_others_are_retried()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        var watch = new OrderWatch();
        for (int member = 0; member < 2; member++)
        {
            await bus.SubscribeAsync(Events.Options("t", "g") with { ConcurrencyMax = 16, AttemptsMax = 100 }, async (delivery, _) =>
            {
                watch.Begin(delivery);
                await Task.Yield();
                bool fails = (delivery.Text().Length + delivery.Attempt) % 3 == 0;
                watch.End(delivery, handled: !fails);
                return fails ? Handling.Retry : Handling.Done;
            });
        }

        Task[] publishers = [.. Enumerable.Range(0, 8).Select(async context =>
        {
            for (int i = 0; i < 200; i += 5)
                await bus.PublishAsync("t", [.. Enumerable.Range(i, 5).Select(n => Events.Draft($"{n}", $"context {context}"))]);
        })];
        await Task.WhenAll(publishers);
        await bus.DrainAsync("t", "g");
        watch.AssertComplete(contexts: 8, events: 200);
    }

    [Fact]
    public async Task A_context_that_waits_for_its_retry_holds_back_itself_and_no_other()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store, Events.Quick with { WindowEventsMax = 64 });
        var seen = new ConcurrentQueue<string>();
        var gate = new TaskCompletionSource();
        await bus.SubscribeAsync(Events.Options("t", "g"), async (delivery, _) =>
        {
            if (delivery.Text() == "stuck")
                await gate.Task;
            seen.Enqueue(delivery.Text());
            return Handling.Done;
        });
        await bus.PublishAsync("t", Events.Draft("stuck", "a"), Events.Draft("behind", "a"));
        for (int i = 0; i < 200; i++)
            await bus.PublishAsync("t", Events.Draft($"{i}", "b"));
        await Eventually.IsAsync(() => seen.Contains("61"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("behind", seen);
        Assert.Equal(62, seen.Count);
        gate.SetResult();
        await bus.DrainAsync("t", "g");
        Assert.Equal(Enumerable.Range(0, 200).Select(static i => $"{i}"), seen.Where(static text => char.IsDigit(text[0])));
        Assert.Equal(["stuck", "behind"], seen.Where(static text => !char.IsDigit(text[0])));
    }

    [Fact]
    public async Task Members_of_a_group_share_its_events_and_each_comes_once()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        var seen = new ConcurrentQueue<string>();
        var both = new CountdownEvent(2);
        for (int member = 0; member < 2; member++)
        {
            int first = 0;
            await bus.SubscribeAsync(Events.Options("t", "g") with { ConcurrencyMax = 1 }, async (delivery, _) =>
            {
                seen.Enqueue(delivery.Text());
                if (Interlocked.Exchange(ref first, 1) == 0)
                {
                    both.Signal();
                    // Held until the other has one too: so the work is shared for certain.
                    await Eventually.IsAsync(() => both.IsSet, TestContext.Current.CancellationToken);
                }

                return Handling.Done;
            });
        }

        await bus.PublishAsync("t", [.. Enumerable.Range(0, 500).Select(static i => Events.Draft($"{i}"))]);
        await bus.DrainAsync("t", "g");
        Assert.Equal(Enumerable.Range(0, 500), seen.Select(int.Parse).Order());
    }

    [Fact]
    public async Task Groups_do_not_wait_for_each_other()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        var gate = new TaskCompletionSource();
        var quick = new ConcurrentQueue<string>();
        await bus.SubscribeAsync(Events.Options("t", "quick"), EmbeddedBusTests.Into(quick));
        await bus.SubscribeAsync(Events.Options("t", "stuck"), async (_, cancellation) =>
        {
            await gate.Task.WaitAsync(cancellation);
            return Handling.Done;
        });
        await bus.PublishAsync("t", [.. Enumerable.Range(0, 100).Select(static i => Events.Draft($"{i}", "c"))]);
        await bus.DrainAsync("t", "quick");
        Assert.Equal(100, quick.Count);
        Assert.Equal(100, bus.Group("t", "stuck").Lag);
        Assert.NotNull(bus.Group("t", "stuck").OldestUnhandledAt);
        gate.SetResult();
        await bus.DrainAsync("t", "stuck");
    }
}
