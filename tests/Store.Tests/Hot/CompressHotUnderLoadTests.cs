using System.Text;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Hot;

/// <summary>Pages are compressed, restored and evicted while others read and write.</summary>
public sealed class CompressHotUnderLoadTests
{
    private const int Keys = 3_000;

    [Fact]
    public async Task Readers_and_writers_never_see_a_wrong_value_while_pages_are_compressed_and_evicted()
    {
        using TieredStore store = Open(4 << 20);
        for (int i = 0; i < Keys; i++)
            await store.PutAsync($"{i}", ValueOf(i, 'a'));
        using var end = new CancellationTokenSource();
        Task<long>[] readers = [.. Enumerable.Range(0, 3).Select(seed => Task.Factory.StartNew(
            () => ReadUntil(store, seed, end.Token), TaskCreationOptions.LongRunning))];
        Task<long> compressor = Task.Factory.StartNew(() => CompressUntil(store, end.Token), TaskCreationOptions.LongRunning);
        var random = new Random(4);
        for (int i = 0; i < 20_000; i++)
        {
            int key = random.Next(Keys);
            await store.PutAsync($"{key}", ValueOf(key, (char)('a' + (i % 26))));
            if (i % 1000 == 0)
                store.Memory.HotBytes = (1 + (i / 1000 % 4)) << 20;
        }

        await end.CancelAsync();
        foreach (Task<long> reader in readers)
            Assert.True(await reader > 1_000);
        Assert.True(await compressor > 0);
    }

    [Fact]
    public async Task Two_threads_that_compress_at_once_do_not_get_in_each_others_way()
    {
        using TieredStore store = Open(4 << 20);
        using var end = new CancellationTokenSource();
        Task<long>[] compressors = [.. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () => CompressUntil(store, end.Token), TaskCreationOptions.LongRunning))];
        for (int i = 0; i < 10_000; i++)
            await store.PutAsync($"{i % Keys}", ValueOf(i % Keys, (char)('a' + (i % 26))));
        await end.CancelAsync();
        foreach (Task<long> compressor in compressors)
            await compressor;
        for (int i = 0; i < Keys; i++)
            Check(i, store.Text($"{i}"));
    }

    [Fact]
    public async Task The_store_may_be_closed_while_pages_are_compressed()
    {
        for (int round = 0; round < 20; round++)
        {
            TieredStore store = Open(4 << 20);
            for (int i = 0; i < 2_000; i++)
                await store.PutAsync($"{i}", ValueOf(i, 'a'));
            Task compressor = Task.Factory.StartNew(() => CompressUntilClosed(store), TaskCreationOptions.LongRunning);
            store.Text("1");
            store.Dispose();
            await compressor;
        }
    }

    [Fact]
    public async Task After_a_hundred_cycles_of_pressure_and_release_every_record_is_the_same()
    {
        using TieredStore store = Open(8 << 20);
        var records = new HotRecords();
        await records.FillAsync(store, Keys);
        var random = new Random(9);
        for (int cycle = 0; cycle < 100; cycle++)
        {
            store.Memory.HotBytes = random.Next(1, 6) << 20;
            store.CompressHot(random.Next(1, 6) << 20, CancellationToken.None);
            Assert.InRange(store.Status.Hot.Bytes, 0, store.Memory.HotBytes);
            string changed = $"key {random.Next(Keys)}";
            await records.PutAsync(store, changed, HotRecords.Text(cycle + 100_000, random.Next(2_000)));
            store.Memory.HotBytes = 8 << 20;
            records.Check(store);
        }

        TierStatus hot = store.Status.Hot;
        Assert.InRange(hot.CompressedEntries, 0, hot.Entries);
        Assert.InRange(hot.Entries, 1, Keys);
        store.CompressHot(long.MaxValue, CancellationToken.None);
        Assert.Equal(store.Status.Hot.Entries, records.Check(store));
    }

    [Fact]
    public async Task Snapshots_conditions_and_deltas_see_through_the_compressed_form()
    {
        using TieredStore store = TieredStore.Open(
            Testing.Stores.Small with { HotBytes = 4 << 20, SegmentBytes = 32 << 20, SegmentFrames = 65_536 },
            new MemoryFiles(), TimeProvider.System);
        string text = string.Join(' ', Enumerable.Range(0, 600).Select(static i => $"{i * 7919 % 1_009}"));
        WriteAnswer first = await store.PutAsync("a", text);
        await store.PutAsync("b", text + "b");
        await store.PutAsync("c", text + "c");
        store.CompressHot(long.MaxValue, CancellationToken.None);
        Assert.Equal(3, store.Status.Hot.CompressedEntries);

        using StoreSnapshot snapshot = store.Snapshot();
        Assert.Equal(WriteOutcome.ConditionFailed, (await store.PutAsync("a", "x", Condition.IfAbsent)).Outcome);
        Assert.Equal(WriteOutcome.ConditionFailed, (await store.PutAsync("a", "x", Condition.IfSequence(first.Sequence + 1))).Outcome);
        Assert.Equal(WriteOutcome.Done, (await store.PutAsync("a", text + "!", Condition.IfSequence(first.Sequence))).Outcome);
        Assert.Equal(1, store.Status.DeltaFrames);
        Assert.Equal(WriteOutcome.Done, (await store.DeleteAsync("b", Condition.IfPresent)).Outcome);
        Assert.Equal(1, store.Status.Hot.CompressedEntries);
        Assert.Equal(text + "!", store.Text("a"));
        Assert.Null(store.Text("b"));
        Assert.Equal(text, snapshot.Text("a"));
        Assert.Equal(text + "b", snapshot.Text("b"));
        Assert.Equal(text + "c", snapshot.Text("c"));
        Assert.Equal(["a", "c"], store.List());

        // A delta is whole in RAM, and compressed it is whole again.
        store.CompressHot(long.MaxValue, CancellationToken.None);
        Assert.Equal(2, store.Status.Hot.CompressedEntries);
        Assert.Equal(text + "!", store.Text("a"));
        await store.PutAsync("a", text + "?");
        Assert.Equal(2, store.Status.DeltaFrames);
        Assert.Equal(text + "?", store.Text("a"));
        Assert.Empty(store.Verify(CancellationToken.None));
    }

    [Fact]
    public async Task A_compressed_record_ends_when_it_expires()
    {
        var time = new ManualTime();
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles(), time);
        await store.PutAsync("k", new string('v', 500), default, time.GetUtcNow().AddSeconds(5));
        store.CompressHot(long.MaxValue, CancellationToken.None);
        Assert.Equal(1, store.Status.Hot.CompressedEntries);
        Assert.NotNull(store.Text("k"));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(store.Text("k"));
    }

    private static TieredStore Open(long hotBytes) =>
        TieredStore.Open(Testing.Stores.Small with { HotBytes = hotBytes }, new MemoryFiles(), TimeProvider.System);

    private static string ValueOf(int key, char letter)
    {
        var text = new StringBuilder($"{key}:");
        for (int i = 0; i < 100; i++)
            text.Append(letter).Append(i * key % 97);
        return text.ToString();
    }

    private static void Check(int key, string? value)
    {
        Assert.NotNull(value);
        int start = value.IndexOf(':', StringComparison.Ordinal) + 1;
        Assert.Equal(ValueOf(key, value[start]), value);
    }

    private static long ReadUntil(TieredStore store, int seed, CancellationToken end)
    {
        var random = new Random(seed);
        long reads = 0;
        for (; !end.IsCancellationRequested; reads++)
        {
            // Some keys are read often enough to get their full size back.
            int key = random.Next(4) == 0 ? random.Next(20) : random.Next(Keys);
            Check(key, store.Text($"{key}"));
        }

        return reads;
    }

    private static long CompressUntil(TieredStore store, CancellationToken end)
    {
        long freed = 0;
        while (!end.IsCancellationRequested)
            freed += store.CompressHot(1 << 20, end);
        return freed;
    }

    private static void CompressUntilClosed(TieredStore store)
    {
        try
        {
            while (true)
                store.CompressHot(long.MaxValue, CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            // The store is closed.
        }
    }
}
