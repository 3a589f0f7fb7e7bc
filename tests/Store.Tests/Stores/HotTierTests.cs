using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

public sealed class HotTierTests
{
    private static readonly string Value = new('v', 1000);

    [Fact]
    public async Task The_hot_tier_never_takes_more_than_its_limit()
    {
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        for (int i = 0; i < 5_000; i++)
        {
            await store.PutAsync($"{i}", Value);
            Assert.InRange(store.Status.Hot.Bytes, 0, 1 << 20);
        }

        for (int i = 0; i < 5_000; i++)
            Assert.Equal(Value, store.Text($"{i}"));
        TierStatus hot = store.Status.Hot;
        Assert.InRange(hot.Bytes, 1, 1 << 20);
        Assert.InRange(hot.Entries, 500, 1_000);
        Assert.True(hot.Evictions > 4_000);
    }

    [Fact]
    public async Task A_record_read_again_comes_back_to_the_hot_tier()
    {
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        await store.PutAsync("used", "v");
        for (int i = 0; i < 3_000; i++)
            await store.PutAsync($"{i}", Value);
        Assert.Equal(Tier.Warm, TierOf(store, "used"));
        Assert.Equal(Tier.Hot, TierOf(store, "used"));
    }

    [Fact]
    public async Task A_scan_does_not_displace_what_is_used()
    {
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        string[] used = [.. Enumerable.Range(0, 200).Select(i => $"used {i}")];
        foreach (string key in used)
            await store.PutAsync(key, Value);
        for (int i = 0; i < 5_000; i++)
        {
            await store.PutAsync($"{i}", Value);
            // Each is read about every 40th write, while some 800 others go by.
            store.Text(used[i * 5 % used.Length]);
            store.Text(used[((i * 5) + 1) % used.Length]);
        }

        int hot = used.Count(key => TierOf(store, key) == Tier.Hot);
        for (int i = 0; i < 5_000; i++)
            store.Text($"{i}");
        int hotAfterScan = used.Count(key => TierOf(store, key) == Tier.Hot);
        Assert.InRange(hot, used.Length * 7 / 20, used.Length);
        Assert.InRange(hotAfterScan, hot / 2, used.Length);
    }

    [Fact]
    public async Task A_snapshot_read_moves_nothing()
    {
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        for (int i = 0; i < 3_000; i++)
            await store.PutAsync($"{i}", Value);
        TierStatus before = store.Status.Hot;
        using (StoreSnapshot snapshot = store.Snapshot())
        {
            for (int i = 0; i < 3_000; i++)
                Assert.Equal(Value, snapshot.Text($"{i}"));
        }

        TierStatus after = store.Status.Hot;
        Assert.Equal((before.Entries, before.Hits, before.Misses), (after.Entries, after.Hits, after.Misses));
    }

    [Fact]
    public async Task Lowering_the_limit_gives_memory_back_at_once_and_loses_nothing()
    {
        using TieredStore store = TieredStore.Open(
            Testing.Stores.Small with { HotBytes = 16 << 20 }, new MemoryFiles(), TimeProvider.System);
        for (int i = 0; i < 5_000; i++)
            await store.PutAsync($"{i}", Value);
        Assert.True(store.Status.Hot.Bytes > 4 << 20);
        store.Memory.HotBytes = 2 << 20;
        Assert.InRange(store.Status.Hot.Bytes, 0, 2 << 20);
        for (int i = 0; i < 5_000; i++)
            Assert.Equal(Value, store.Text($"{i}"));
        store.Memory.HotBytes = 16 << 20;
        for (int i = 0; i < 5_000; i++)
            Assert.Equal(Value, store.Text($"{i}"));
        Assert.True(store.Status.Hot.Entries > 4_900);
    }

    [Fact]
    public async Task A_lease_keeps_its_bytes_while_everything_is_evicted()
    {
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        await store.PutAsync("held", "the same all along");
        await ReadWhileEvictingAsync(store);
    }

    [Fact]
    public async Task One_thread_may_hold_many_leases_and_keep_them_past_the_end_of_the_store()
    {
        TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        for (int i = 0; i < 6; i++)
            await store.PutAsync($"{i}", $"value {i}");
        HoldSix(store);
        Assert.Throws<ObjectDisposedException>(() => store.Text("0"));
    }

    [Fact]
    public async Task Readers_on_other_threads_never_see_a_wrong_value_while_frames_move()
    {
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        const int Keys = 3_000;
        for (int i = 0; i < Keys; i++)
            await store.PutAsync($"{i}", $"{i}:{new string('a', 600)}");
        using var end = new CancellationTokenSource();
        Task<long>[] readers = [.. Enumerable.Range(0, 3).Select(seed => Task.Factory.StartNew(
            () => ReadUntil(store, Keys, seed, end.Token), TaskCreationOptions.LongRunning))];
        var random = new Random(4);
        for (int i = 0; i < 20_000; i++)
        {
            int key = random.Next(Keys);
            await store.PutAsync($"{key}", $"{key}:{new string((char)('a' + (i % 26)), 600)}");
            if (i % 1000 == 0)
                store.Memory.HotBytes = (1 + (i / 1000 % 4)) << 20;
        }

        await end.CancelAsync();
        foreach (Task<long> reader in readers)
            Assert.True(await reader > 1_000);
    }

    private static Tier TierOf(TieredStore store, string key)
    {
        using ReadLease lease = store.Read(Testing.Stores.Key(key));
        return lease.Tier;
    }

    private static Task ReadWhileEvictingAsync(TieredStore store)
    {
        using ReadLease lease = store.Read(Testing.Stores.Key("held"));
        Assert.Equal(Tier.Hot, lease.Tier);
        for (int i = 0; i < 5_000; i++)
            store.PutAsync($"{i}", Value).AsTask().GetAwaiter().GetResult();
        store.Memory.HotBytes = 1 << 20;
        Assert.Equal("the same all along", System.Text.Encoding.UTF8.GetString(lease.Value));
        return Task.CompletedTask;
    }

    private static void HoldSix(TieredStore store)
    {
        using ReadLease a = store.Read(Testing.Stores.Key("0")), b = store.Read(Testing.Stores.Key("1"));
        using ReadLease c = store.Read(Testing.Stores.Key("2")), d = store.Read(Testing.Stores.Key("3"));
        using ReadLease e = store.Read(Testing.Stores.Key("4")), f = store.Read(Testing.Stores.Key("5"));
        store.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal("value 0"u8, a.Value);
        Assert.Equal("value 1"u8, b.Value);
        Assert.Equal("value 2"u8, c.Value);
        Assert.Equal("value 3"u8, d.Value);
        Assert.Equal("value 4"u8, e.Value);
        Assert.Equal("value 5"u8, f.Value);
        Assert.Equal(Tier.Hot, f.Tier);
    }

    private static long ReadUntil(TieredStore store, int keys, int seed, CancellationToken end)
    {
        var random = new Random(seed);
        long reads = 0;
        while (!end.IsCancellationRequested)
        {
            int key = random.Next(keys);
            string? value = store.Text($"{key}");
            Assert.NotNull(value);
            Assert.StartsWith($"{key}:", value, StringComparison.Ordinal);
            Assert.Equal(601 + $"{key}".Length, value.Length);
            Assert.Equal(value[^1], value[value.IndexOf(':', StringComparison.Ordinal) + 1]);
            reads++;
        }

        return reads;
    }
}
