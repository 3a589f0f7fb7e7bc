using System.Collections.Concurrent;
using System.Globalization;
using Thermocline.Events.Embedded;
using Thermocline.Store;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Events.Tests.Embedded;

public sealed class CrashTests
{
    private static readonly EmbeddedBusOptions Options = Events.Quick with
    {
        PublishWaitMax = TimeSpan.Zero,
        StopWaitMax = TimeSpan.FromSeconds(1),
        CursorEventsMax = 2,
    };

    [Fact]
    public async Task What_was_acknowledged_is_delivered_after_a_power_cut_at_any_operation()
    {
        var whole = new FaultyFiles();
        await RunAsync(whole, new History());
        int operations = whole.Operations.Count;
        Assert.InRange(operations, 60, 2_000);
        for (int operation = 0; operation < operations; operation++)
        {
            Tear tear = (operation % 4) switch { 0 => Tear.None, 1 => Tear.All, 2 => Tear.Prefix(operation), _ => Tear.Sectors(operation) };
            var files = new FaultyFiles();
            files.CrashAt(operation, tear);
            var history = new History();
            await RunAsync(files, history);
            await RecoverAsync(files.AfterCrash(tear), history);
            history.AssertNothingLost($"operation {operation} of {operations}, {tear}");
        }
    }

    [Fact]
    public async Task A_disk_that_fails_is_told_and_what_was_acknowledged_is_there_after_a_restart()
    {
        var whole = new FaultyFiles();
        await RunAsync(whole, new History());
        for (int operation = 3; operation < whole.Operations.Count; operation += 5)
        {
            var files = new FaultyFiles();
            files.FailAt(operation);
            var history = new History();
            await RunAsync(files, history);
            await RecoverAsync(files.AfterCrash(Tear.None), history);
            history.AssertNothingLost($"failure at operation {operation}");
        }
    }

    [Fact]
    public async Task A_latched_store_makes_the_bus_unavailable_and_says_why()
    {
        var files = new FaultyFiles();
        using TieredStore store = Events.Store(files);
        await using EmbeddedBus bus = await Events.OpenAsync(store, Options);
        await bus.PublishAsync("t", Events.Draft("x"));
        Assert.True(bus.Status.Available);
        files.FailAt(files.Operations.Count);
        PublishAnswer answer = await bus.PublishAsync("t", Events.Draft("x"));
        Assert.Equal(PublishOutcome.Unavailable, answer.Outcome);
        Assert.False(bus.Status.Available);
        Assert.Equal(answer.Reason, bus.Status.LastFailure);
        Assert.Equal(PublishOutcome.Unavailable, (await bus.PublishAsync("new", Events.Draft("x"))).Outcome);
        await Assert.ThrowsAsync<StoreException>(() => bus.SubscribeAsync(Events.Options("t", "g"), static (_, _) => new(Handling.Done)).AsTask());
    }

    [Fact]
    public async Task A_full_disk_refuses_and_leaves_no_gap()
    {
        var files = new FaultyFiles();
        using TieredStore store = Events.Store(files);
        await using EmbeddedBus bus = await Events.OpenAsync(store, Options);
        var seen = new ConcurrentQueue<string>();
        await bus.SubscribeAsync(Events.Options("t", "g"), EmbeddedBusTests.Into(seen, static delivery => delivery.Id));
        await bus.PublishAsync("t", Events.Draft("x"));
        files.FullFrom(files.Operations.Count);
        Assert.Equal(PublishOutcome.Unavailable, (await bus.PublishAsync("t", Events.Draft("x"))).Outcome);
        Assert.False(bus.Status.Available);
        files.GiveSpace();
        Assert.Equal(PublishOutcome.Done, (await bus.PublishAsync("t", Events.Draft("x"))).Outcome);
        Assert.True(bus.Status.Available);
        await bus.DrainAsync("t", "g");
        Assert.Equal(["1-0", "1-1"], seen.Order());
    }

    [Fact]
    public async Task A_block_that_is_not_what_was_written_is_lost_and_the_events_behind_it_come()
    {
        using TieredStore store = Events.Store();
        await using EmbeddedBus bus = await Events.OpenAsync(store);
        await (await bus.SubscribeAsync(Events.Options("t", "g"), static (_, _) => new(Handling.Done))).DisposeAsync();
        foreach (string text in new[] { "a", "b", "c", "d" })
            await bus.PublishAsync("t", Events.Draft($"{text}1"), Events.Draft($"{text}2"));
        byte[][] keys = [.. store.List([7, .. "_eventsb"u8], [], 10).Keys];
        await store.WriteAsync(new WriteOperation { Key = keys[1], Value = "garbage"u8.ToArray() });
        byte[] block;
        using (ReadLease lease = store.Read(keys[2]))
            block = lease.Value.ToArray();
        // The length of the second payload: the first event is whole.
        block[^3] = 200;
        await store.WriteAsync(new WriteOperation { Key = keys[2], Value = block });
        var seen = new ConcurrentQueue<string>();
        await bus.SubscribeAsync(Events.Options("t", "g"), EmbeddedBusTests.Into(seen));
        await bus.DrainAsync("t", "g");
        Assert.Equal(["a1", "a2", "c1", "d1", "d2"], seen.Order());
        Assert.Equal(3, bus.Group("t", "g").Lost);
        Assert.Contains("lost", bus.Status.LastFailure, StringComparison.Ordinal);
    }

    private static async Task RunAsync(FaultyFiles files, History history)
    {
        try
        {
            for (int run = 0; run < 2; run++)
            {
                // After a disk that failed once, the second life goes on from what the first one wrote.
                history.BeginRun();
                using TieredStore store = Events.Store(files);
                await using EmbeddedBus bus = await Events.OpenAsync(store, Options);
                await SubscribeAsync(bus, history);
                for (int i = 0; i < 6 && bus.Status.Available; i++)
                    await PublishAsync(bus, history);
                await Eventually.IsAsync(() => !bus.Status.Available || files.Crashed || bus.Group("t", "g") is { Lag: 0, InFlight: 0 }, TestContext.Current.CancellationToken);
            }
        }
        catch (Exception failure) when (failure is StoreException or IOException)
        {
            // It ends where the disk fails; what counts is what is found afterwards.
        }
    }

    private static async Task RecoverAsync(IFiles files, History history)
    {
        history.BeginRun();
        using TieredStore store = Events.Store(files);
        await using EmbeddedBus bus = await Events.OpenAsync(store, Options);
        await SubscribeAsync(bus, history);
        await PublishAsync(bus, history);
        await bus.DrainAsync("t", "g");
        await bus.SubscribeAsync(Events.Options("dead", "d") with { FromOldest = true }, (letter, _) => new(history.NoteDead(letter)));
        await bus.DrainAsync("dead", "d");
    }

    private static ValueTask<IAsyncDisposable> SubscribeAsync(EmbeddedBus bus, History history) =>
        bus.SubscribeAsync(Events.Options("t", "g") with { DeadLetterTopic = "dead" }, (delivery, _) => new(history.Handle(delivery)));

    private static async Task PublishAsync(EmbeddedBus bus, History history)
    {
        int[] numbers = [history.Next(), history.Next(), history.Next()];
        PublishAnswer answer = await bus.PublishAsync(
            "t", [.. numbers.Select(static number => Events.Draft(number.ToString(CultureInfo.InvariantCulture), $"context {number % 2}"))]);
        if (answer.Outcome == PublishOutcome.Done)
            history.Acknowledge(numbers);
    }

    /// <summary>What was acknowledged, what was handled, and whether the order was kept.</summary>
    private sealed class History
    {
        private readonly Lock _gate = new();
        private readonly HashSet<int> _acknowledged = [];
        private readonly HashSet<int> _handled = [];
        private readonly HashSet<int> _dead = [];
        private readonly List<string> _mistakes = [];
        private readonly Dictionary<string, int> _last = [];
        private int _next;

        public int Next() => _next++;

        public void BeginRun()
        {
            lock (_gate)
                _last.Clear();
        }

        public void Acknowledge(int[] numbers)
        {
            lock (_gate)
                _acknowledged.UnionWith(numbers);
        }

        public Handling Handle(EventDelivery delivery)
        {
            int number = int.Parse(delivery.Text(), CultureInfo.InvariantCulture);
            lock (_gate)
            {
                if (_last.TryGetValue(delivery.Context, out int last) && number < last)
                    _mistakes.Add($"{number} came after {last}.");
                _last[delivery.Context] = number;
                if (IsPoisoned(number))
                    return Handling.DeadLetter;
                // Every fifth is tried again first, so that cursors have holes.
                if (number % 5 == 0 && delivery.Attempt == 1)
                    return Handling.Retry;
                _handled.Add(number);
                return Handling.Done;
            }
        }

        public Handling NoteDead(EventDelivery letter)
        {
            lock (_gate)
                _dead.Add(int.Parse(letter.Text(), CultureInfo.InvariantCulture));
            return Handling.Done;
        }

        public void AssertNothingLost(string when)
        {
            lock (_gate)
            {
                Assert.True(_mistakes.Count == 0, $"{when}: {string.Join(' ', _mistakes)}");
                Assert.All(_dead, static number => Assert.True(IsPoisoned(number)));
                int[] lost = [.. _acknowledged.Except(_handled).Except(_dead)];
                Assert.True(lost.Length == 0, $"{when}: acknowledged and never handled: {string.Join(", ", lost)}");
            }
        }

        private static bool IsPoisoned(int number) => number % 7 == 3;
    }
}
