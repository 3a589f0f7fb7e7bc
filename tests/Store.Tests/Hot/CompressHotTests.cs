using System.Globalization;
using System.Text;
using Thermocline.Store.Files;
using Thermocline.Store.Tests.Compression;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Hot;

/// <summary>Compressing what is hot changes how much memory it takes, and nothing else.</summary>
public sealed class CompressHotTests
{
    private readonly HotRecords _records = new();

    [Fact]
    public async Task Every_size_and_content_comes_back_bit_by_bit()
    {
        using TieredStore store = Open(96 << 20);
        var random = new Random(5);
        int[] lengths = [0, 1, 15, 16, 17, 100, 999, 4_096, 20_000, 70_000, 300_000, (1 << 20) - 2_000];
        foreach (int length in lengths)
        {
            foreach (string shape in Samples.Shapes)
            {
                byte[] metadata = Samples.Of("text", random.Next(3) * 500, random);
                DateTimeOffset? end = random.Next(2) == 0 ? null : TimeProvider.System.GetUtcNow().AddDays(1);
                await _records.PutAsync(store, $"{shape} ключ 鍵 🔑 {length}", Samples.Of(shape, length, random), metadata, end);
            }
        }

        await _records.PutAsync(store, new string('k', 1_000), HotRecords.Text(1), new byte[32 << 10]);
        await _records.PutAsync(store, "k", []);
        await _records.FillAsync(store, 3_000);
        int hot = _records.Check(store);
        Assert.True(store.CompressHot(1, CancellationToken.None) > 0);
        store.CompressHot(long.MaxValue, CancellationToken.None);
        // A page of nothing but noise stays as it is.
        Assert.InRange(store.Status.Hot.CompressedEntries, hot - 2, hot);
        Assert.Equal(hot, _records.Check(store));
        Assert.Equal(_records.Names.Count(), hot);
    }

    [Fact]
    public async Task Memory_is_given_back_and_every_record_stays_in_RAM()
    {
        using TieredStore store = Open(16 << 20);
        await _records.FillAsync(store, 12_000);
        // Takes what compressing needs.
        store.Pack(CancellationToken.None);
        TierStatus before = store.Status.Hot;
        long some = store.CompressHot(3 << 20, CancellationToken.None);
        TierStatus after = store.Status.Hot;
        Assert.InRange(some, 3 << 20, 4 << 20);
        Assert.Equal(before.Bytes - some, after.Bytes);
        Assert.InRange(after.CompressedEntries, 1, before.Entries - 1);
        long rest = store.CompressHot(long.MaxValue, CancellationToken.None);
        after = store.Status.Hot;
        Assert.Equal(before.Bytes - some - rest, after.Bytes);
        Assert.Equal((before.Entries, before.Entries), (after.Entries, after.CompressedEntries));
        Assert.Equal(before.Evictions, after.Evictions);
        Assert.True(after.CompressedBytes < after.CompressedPlainBytes * 7 / 10, $"{after}");
        Assert.True(after.CompressedBytes <= after.Bytes);
        Assert.Equal(0, store.CompressHot(long.MaxValue, CancellationToken.None));
        Assert.Equal(12_000, _records.Check(store));
    }

    [Fact]
    public async Task The_oldest_records_are_compressed_first()
    {
        using TieredStore store = Open(16 << 20);
        await _records.FillAsync(store, 12_000);
        store.CompressHot(1, CancellationToken.None);
        long compressed = store.Status.Hot.CompressedEntries;
        await _records.DeleteAsync(store, "key 11999");
        Assert.Equal(compressed, store.Status.Hot.CompressedEntries);
        await _records.DeleteAsync(store, "key 0");
        Assert.Equal(compressed - 1, store.Status.Hot.CompressedEntries);
    }

    [Fact]
    public async Task Records_that_do_not_get_smaller_stay_as_they_are()
    {
        using TieredStore store = Open(16 << 20);
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++)
            await _records.PutAsync(store, $"{i}", Samples.Of("noise", 1_000, random));
        TierStatus before = store.Status.Hot;
        Assert.Equal(0, store.CompressHot(long.MaxValue, CancellationToken.None));
        Assert.Equal(0, store.Status.Hot.CompressedEntries);
        Assert.Equal(before.Entries, store.Status.Hot.Entries);
        Assert.Equal(2_000, _records.Check(store));
    }

    [Fact]
    public async Task A_value_that_is_too_large_for_RAM_is_left_where_it_is_and_a_larger_one_refused()
    {
        using TieredStore store = Open(16 << 20);
        await _records.FillAsync(store, 1_000);
        await _records.PutAsync(store, "large", new byte[16 << 20]);
        WriteOperation larger = new() { Key = Testing.Stores.Key("larger"), Value = new byte[(16 << 20) + 1] };
        Assert.Equal(WriteOutcome.TooLarge, (await store.WriteAsync(larger)).Outcome);
        store.CompressHot(long.MaxValue, CancellationToken.None);
        Assert.Equal(1_000, store.Status.Hot.CompressedEntries);
        Assert.Equal(Tier.Warm, _records.Check(store, "large"));
    }

    [Fact]
    public async Task What_is_overwritten_or_deleted_leaves_the_compressed_pages()
    {
        using TieredStore store = Open(16 << 20);
        await _records.FillAsync(store, 1_000);
        store.CompressHot(long.MaxValue, CancellationToken.None);
        for (int i = 0; i < 1_000; i += 2)
            await _records.PutAsync(store, $"key {i}", HotRecords.Text(i + 5_000));
        Assert.Equal(500, store.Status.Hot.CompressedEntries);
        for (int i = 1; i < 1_000; i += 2)
            await _records.DeleteAsync(store, $"key {i}");
        TierStatus hot = store.Status.Hot;
        Assert.Equal((0, 0, 0), (hot.CompressedEntries, hot.CompressedPlainBytes, hot.CompressedBytes));
        Assert.Equal(500, hot.Entries);
        Assert.Equal(500, _records.Check(store));
        Assert.Null(store.Text("key 1"));
    }

    [Fact]
    public async Task A_record_that_is_read_often_gets_its_full_size_back()
    {
        using TieredStore store = Open(16 << 20);
        await _records.FillAsync(store, 1_000);
        store.CompressHot(long.MaxValue, CancellationToken.None);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Tier.Hot, _records.Check(store, "key 7"));
            Assert.Equal(1_000, store.Status.Hot.CompressedEntries);
        }

        for (int i = 0; i < 3; i++)
            Assert.Equal(Tier.Hot, _records.Check(store, "key 7"));
        Assert.Equal(999, store.Status.Hot.CompressedEntries);
        Assert.Equal(1_000, store.Status.Hot.Entries);
    }

    [Fact]
    public async Task Compressed_records_leave_when_the_limit_says_so_and_those_in_use_last()
    {
        using TieredStore store = Open(8 << 20);
        await _records.FillAsync(store, 6_000);
        store.CompressHot(long.MaxValue, CancellationToken.None);
        string[] used = [.. Enumerable.Range(0, 300).Select(static i => $"key {i * 10}")];
        foreach (string key in used)
            _records.Check(store, key);
        var random = new Random(3);
        for (int i = 0; i < 30_000; i++)
        {
            await store.PutAsync($"new {i % 20_000}", $"{i}:{new string('x', 700)}");
            store.Text($"new {random.Next(Math.Min(i + 1, 20_000))}");
            Assert.InRange(store.Status.Hot.Bytes, 0, 8 << 20);
            if (i == 15_000)
                Assert.True(used.Count(key => TierOf(store, key) == Tier.Hot) > 200);
        }

        Assert.True(store.Status.Hot.CompressedEntries < 3_000);
        _records.Check(store);
    }

    [Fact]
    public async Task Level_off_is_a_kill_switch_and_what_is_compressed_stays_readable()
    {
        using TieredStore store = Open(16 << 20, CompressionLevel.Off);
        await _records.FillAsync(store, 12_000);
        Assert.Equal(0, store.CompressHot(long.MaxValue, CancellationToken.None));
        Assert.Equal(0, store.Status.Hot.CompressedEntries);
        store.Compression = CompressionLevel.Fast;
        Assert.True(store.CompressHot(1 << 20, CancellationToken.None) > 0);
        long compressed = store.Status.Hot.CompressedEntries;
        store.Compression = CompressionLevel.Off;
        Assert.Equal(0, store.CompressHot(long.MaxValue, CancellationToken.None));
        Assert.Equal(compressed, store.Status.Hot.CompressedEntries);
        Assert.Equal(12_000, _records.Check(store));
    }

    [Fact]
    public async Task A_limit_of_a_few_pages_leaves_nothing_behind_and_what_is_compressed_is_what_leaves()
    {
        using TieredStore store = Open(64 << 20);
        await _records.FillAsync(store, 8_000);
        foreach (int limit in new[] { 10, 8, 6, 4, 3, 1, 20, 6, 40 })
        {
            store.Memory.HotBytes = (long)limit << 20;
            Assert.InRange(store.Status.Hot.Bytes, 0, (long)limit << 20);
            store.CompressHot(long.MaxValue, CancellationToken.None);
            Assert.InRange(store.Status.Hot.Bytes, 0, (long)limit << 20);
            _records.Check(store);
            TierStatus hot = store.Status.Hot;
            Assert.InRange(hot.CompressedEntries, 0, hot.Entries);
            Assert.Equal(hot.Bytes == 0, hot.Entries == 0);
        }
    }

    [Fact]
    public async Task Cancelled_it_keeps_what_was_done_and_goes_on_at_the_next_call()
    {
        using TieredStore store = Open(16 << 20);
        await _records.FillAsync(store, 12_000);
        Assert.Equal(0, store.CompressHot(long.MaxValue, new CancellationToken(canceled: true)));
        Assert.Equal(0, store.CompressHot(0, CancellationToken.None));
        Assert.Equal(0, store.CompressHot(-1, CancellationToken.None));
        Assert.Equal(0, store.Status.Hot.CompressedEntries);
        Assert.True(store.CompressHot(1, CancellationToken.None) > 0);
        Assert.True(store.CompressHot(long.MaxValue, CancellationToken.None) > 0);
        Assert.Equal(12_000, _records.Check(store));
    }

    [Fact]
    public async Task Nothing_is_allocated_on_the_managed_heap_while_it_works()
    {
        using TieredStore store = Open(16 << 20);
        await _records.FillAsync(store, 12_000);
        store.CompressHot(1, CancellationToken.None);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long freed = store.CompressHot(2 << 20, CancellationToken.None);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(freed >= 2 << 20);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task A_lease_on_a_compressed_record_outlives_it_and_the_store()
    {
        TieredStore store = Open(16 << 20);
        await _records.FillAsync(store, 1_000);
        store.CompressHot(long.MaxValue, CancellationToken.None);
        HoldPastTheEnd(store);
        Assert.Throws<ObjectDisposedException>(() => store.CompressHot(1, CancellationToken.None));
    }

    [Fact]
    public async Task A_dictionary_of_its_collection_is_what_a_short_record_is_compressed_with()
    {
        double without = await RatioAsync(trains: false), with = await RatioAsync(trains: true);
        Assert.True(with > without * 1.3, $"{with:0.00} with a dictionary, {without:0.00} without");
    }

    [Fact]
    public async Task What_was_not_worth_it_without_a_dictionary_is_looked_at_again_with_one()
    {
        using TieredStore store = TieredStore.Open(
            Options(32 << 20, CompressionLevel.Balanced) with { SegmentBytes = 2 << 20 }, new MemoryFiles(), TimeProvider.System);
        var random = new Random(12);
        byte[][] phrases = [.. Enumerable.Range(0, 40).Select(_ => Samples.Of("noise", 300, random))];
        // None of them has anything twice: alone they do not get smaller, with the phrases known they do.
        for (int i = 0; i < 15_000; i++)
            await _records.PutAsync(store, $"{i}", [.. phrases[random.Next(40)], .. Samples.Of("noise", 10, random)]);
        Assert.Equal(0, store.CompressHot(long.MaxValue, CancellationToken.None));
        Assert.Equal(0, store.Status.Hot.CompressedEntries);
        SpinWait.SpinUntil(() => store.IsSettled, TimeSpan.FromMinutes(1));
        Assert.True(store.Pack(CancellationToken.None) > 0);
        Assert.True(store.CompressHot(long.MaxValue, CancellationToken.None) > 0);
        Assert.True(store.Status.Hot.CompressedEntries > 14_000);
        Assert.Equal(15_000, _records.Check(store));
    }

    private static void HoldPastTheEnd(TieredStore store)
    {
        using ReadLease held = store.Read(Testing.Stores.Key("key 5"));
        Assert.Equal(Tier.Hot, held.Tier);
        store.Memory.HotBytes = 1 << 20;
        store.Dispose();
        Assert.True(held.Value.SequenceEqual(HotRecords.Text(5)));
    }

    /// <summary>Also opens the store again: then the dictionary comes from the packed segment.</summary>
    private static async Task<double> RatioAsync(bool trains)
    {
        StoreOptions options = Options(16 << 20, CompressionLevel.Balanced) with { TrainDictionaries = trains };
        var files = new MemoryFiles();
        var records = new HotRecords();
        using (TieredStore store = TieredStore.Open(options, files, TimeProvider.System))
        {
            for (int i = 0; i < 20_000; i++)
            {
                string number = (i * 7919 % 100_003).ToString(CultureInfo.InvariantCulture);
                await records.PutAsync(store, $"user/{i}", Encoding.UTF8.GetBytes(
                    $"{{\"id\":\"{number}\",\"kind\":\"observation\",\"place\":\"station {number[^1]}\",\"temperature\":{number}}}"));
            }
        }

        using (TieredStore store = TieredStore.Open(options, files, TimeProvider.System))
            Assert.True(store.Pack(CancellationToken.None) > 0);
        using TieredStore again = TieredStore.Open(options, files, TimeProvider.System);
        records.Check(again);
        again.CompressHot(long.MaxValue, CancellationToken.None);
        TierStatus hot = again.Status.Hot;
        Assert.Equal(20_000, hot.CompressedEntries);
        Assert.Equal(20_000, records.Check(again));
        return (double)hot.CompressedPlainBytes / hot.CompressedBytes;
    }

    private static Tier TierOf(TieredStore store, string key)
    {
        using ReadLease lease = store.Read(Testing.Stores.Key(key));
        return lease.Tier;
    }

    private static StoreOptions Options(long hotBytes, CompressionLevel level) => Testing.Stores.Small with
    {
        HotBytes = hotBytes,
        SegmentBytes = 32 << 20,
        SegmentFrames = 65_536,
        Compression = level,
    };

    private static TieredStore Open(long hotBytes, CompressionLevel level = CompressionLevel.Balanced) =>
        TieredStore.Open(Options(hotBytes, level), new MemoryFiles(), TimeProvider.System);
}
