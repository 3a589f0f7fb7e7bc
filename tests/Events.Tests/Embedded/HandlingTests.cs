using System.Collections.Concurrent;
using Thermocline.Events.Embedded;
using Thermocline.Events.Embedded.Delivering;
using Thermocline.Store;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Events.Tests.Embedded;

public sealed class HandlingTests
{
    [Fact]
    public async Task A_handler_that_does_not_end_in_time_is_cancelled_and_its_event_tried_again()
    {
        using TieredStore store = Events.Store();
        var time = new SteppedTime();
        await using EmbeddedBus bus = await Events.OpenAsync(store, time: time);
        int attempts = 0;
        var cancelled = new TaskCompletionSource();
        SubscriptionOptions options = Events.Options("t", "g") with { HandlingLimit = TimeSpan.FromSeconds(5) };
        await bus.SubscribeAsync(options, async (delivery, cancellation) =>
        {
            Interlocked.Increment(ref attempts);
            if (delivery.Attempt > 1)
                return Handling.Done;
            using CancellationTokenRegistration registration = cancellation.Register(cancelled.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return Handling.Done;
        });
        await bus.PublishAsync("t", Events.Draft("x"));
        await Eventually.IsAsync(() => attempts == 1, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(4_999));
        Assert.False(cancelled.Task.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await cancelled.Task.WaitAsync(Events.Patience, TestContext.Current.CancellationToken);
        time.Advance(options.RetryDelayMax);
        await bus.DrainAsync("t", "g");
        Assert.Equal((2, 1L), (attempts, bus.Group("t", "g").Redelivered));
    }

    [Fact]
    public async Task A_handler_that_never_ends_keeps_its_slot_and_its_bytes_and_its_event_is_given_up_in_time()
    {
        using TieredStore store = Events.Store();
        var time = new SteppedTime();
        await using EmbeddedBus bus = await Events.OpenAsync(store, time: time);
        var release = new TaskCompletionSource();
        var payloads = new ConcurrentQueue<ReadOnlyMemory<byte>>();
        SubscriptionOptions options = Events.Options("t", "g") with { HandlingLimit = TimeSpan.FromSeconds(1), AttemptsMax = 2, ConcurrencyMax = 3 };
        await bus.SubscribeAsync(options, async (delivery, _) =>
        {
            if (delivery.Text() != "hangs")
                return Handling.Done;
            payloads.Enqueue(delivery.Payload);
            await release.Task;
            return Handling.Done;
        });
        try
        {
            await bus.PublishAsync("t", Events.Draft("hangs"));
            for (int attempt = 1; attempt <= 2; attempt++)
            {
                await Eventually.IsAsync(() => payloads.Count == attempt, TestContext.Current.CancellationToken);
                time.Advance(options.HandlingLimit);
                time.Advance(options.RetryDelayMax);
            }

            await Eventually.IsAsync(() => bus.Group("t", "g").DeadLetters == 1, TestContext.Current.CancellationToken);
            await bus.PublishAsync("t", [.. Enumerable.Range(0, 100).Select(static i => Events.Draft("other"))]);
            await Eventually.IsAsync(() => bus.Group("t", "g").Handled == 100, TestContext.Current.CancellationToken);
            Assert.Equal(2, bus.Group("t", "g").InFlight);
            Assert.All(payloads, static payload => Assert.Equal("hangs"u8, payload.Span));
        }
        finally
        {
            release.SetResult();
        }

        await bus.DrainAsync("t", "g");
        Assert.Equal(100, bus.Group("t", "g").Handled);
    }

    [Fact]
    public async Task The_end_of_a_subscription_waits_for_its_handlers()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        var started = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        IAsyncDisposable member = await bus.SubscribeAsync(Events.Options("t", "g"), async (_, _) =>
        {
            started.TrySetResult();
            await gate.Task;
            return Handling.Done;
        });
        await bus.PublishAsync("t", Events.Draft("x", "c"), Events.Draft("y", "c"));
        await started.Task;
        Task ended = member.DisposeAsync().AsTask();
        Assert.False(ended.IsCompleted);
        gate.SetResult();
        await ended;
        Assert.Equal((1L, 1L), (bus.Group("t", "g").Handled, bus.Group("t", "g").Lag));
    }

    [Fact]
    public async Task The_end_of_a_subscription_cancels_handlers_after_a_while_and_what_they_had_is_delivered_again()
    {
        using TieredStore store = Events.Store();
        var time = new SteppedTime();
        await using EmbeddedBus bus = await Events.OpenAsync(store, Events.Quick with { StopWaitMax = TimeSpan.FromSeconds(5) }, time);
        var started = new CountdownEvent(2);
        var release = new TaskCompletionSource();
        IAsyncDisposable member = await bus.SubscribeAsync(Events.Options("t", "g") with { HandlingLimit = TimeSpan.FromHours(1) }, async (delivery, cancellation) =>
        {
            started.Signal();
            await (delivery.Text() == "listens" ? Task.Delay(Timeout.InfiniteTimeSpan, cancellation) : release.Task);
            return Handling.Done;
        });
        await bus.PublishAsync("t", Events.Draft("listens"), Events.Draft("deaf"));
        await Eventually.IsAsync(() => started.IsSet, TestContext.Current.CancellationToken);
        Task ended = member.DisposeAsync().AsTask();
        await Eventually.IsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return ended.IsCompleted;
        }, TestContext.Current.CancellationToken);
        Assert.Equal(2, bus.Group("t", "g").Lag);
        var seen = new ConcurrentQueue<string>();
        await bus.SubscribeAsync(Events.Options("t", "g"), EmbeddedBusTests.Into(seen));
        await Eventually.IsAsync(() => bus.Group("t", "g").Lag == 0, TestContext.Current.CancellationToken);
        Assert.Equal(["deaf", "listens"], seen.Order());
        release.SetResult();
        await bus.DrainAsync("t", "g");
    }

    [Fact]
    public async Task Expired_events_are_passed_over_and_counted()
    {
        using TieredStore store = Events.Store();
        var time = new SteppedTime();
        await using EmbeddedBus bus = await Events.OpenAsync(store, time: time);
        var seen = new ConcurrentQueue<string>();
        var gate = new TaskCompletionSource();
        await bus.SubscribeAsync(Events.Options("t", "g"), async (delivery, _) =>
        {
            await gate.Task;
            seen.Enqueue(delivery.Text());
            return Handling.Done;
        });
        DateTimeOffset now = time.GetUtcNow();
        await bus.PublishAsync(
            "t",
            Events.Draft("first", "c"),
            Events.Draft("over already", "c") with { ExpiresAt = now.AddSeconds(-1) },
            Events.Draft("over when its turn comes", "c") with { ExpiresAt = now.AddSeconds(10) },
            Events.Draft("last", "c") with { ExpiresAt = now.AddSeconds(1_000) });
        await Eventually.IsAsync(() => bus.Group("t", "g") is { InFlight: 1, Expired: 1 }, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(11));
        gate.SetResult();
        await bus.DrainAsync("t", "g");
        Assert.Equal(["first", "last"], seen);
        Assert.Equal(2, bus.Group("t", "g").Expired);
    }

    [Fact]
    public async Task A_retry_waits_for_its_pause_with_full_jitter()
    {
        SubscriptionOptions options = Events.Options("t", "g") with { RetryDelay = TimeSpan.FromSeconds(1), RetryDelayMax = TimeSpan.FromSeconds(60) };
        Assert.Equal(TimeSpan.FromMilliseconds(500), Jitter.Pause(options, 1, 0.5));
        Assert.Equal(TimeSpan.FromSeconds(4), Jitter.Pause(options, 4, 0.5));
        Assert.Equal(TimeSpan.FromSeconds(30), Jitter.Pause(options, 1_000, 0.5));
        Assert.Equal(TimeSpan.FromMilliseconds(1), Jitter.Pause(options, 3, 0));

        using TieredStore store = Events.Store();
        var time = new SteppedTime();
        await using EmbeddedBus bus = await EmbeddedBus.OpenAsync(store, Events.Quick, time, static () => 0.5);
        int attempts = 0;
        await bus.SubscribeAsync(options, (delivery, _) =>
        {
            Interlocked.Increment(ref attempts);
            return new(delivery.Attempt < 3 ? Handling.Retry : Handling.Done);
        });
        await bus.PublishAsync("t", Events.Draft("x"));
        await Eventually.IsAsync(() => attempts == 1 && bus.Group("t", "g").InFlight == 0, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal(1, attempts);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.IsAsync(() => attempts == 2 && bus.Group("t", "g").InFlight == 0, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(2, attempts);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await bus.DrainAsync("t", "g");
        Assert.Equal(3, attempts);
    }
}
