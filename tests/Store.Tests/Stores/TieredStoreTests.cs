using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

public sealed class TieredStoreTests
{
    [Fact]
    public async Task A_value_is_read_back_with_all_that_was_given()
    {
        var time = new ManualTime();
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles(), time);
        DateTimeOffset end = time.GetUtcNow().AddHours(1);
        WriteAnswer answer = await store.WriteAsync(new WriteOperation
        {
            Key = Testing.Stores.Key("k"),
            Value = new byte[] { 1, 2, 3 },
            Metadata = new byte[] { 9 },
            ExpiresAt = end,
        });
        using ReadLease lease = store.Read(Testing.Stores.Key("k"));
        Assert.Equal(WriteOutcome.Done, answer.Outcome);
        Assert.True(answer.Durable);
        Assert.True(lease.Found);
        Assert.Equal(Tier.Hot, lease.Tier);
        Assert.Equal([1, 2, 3], lease.Value.ToArray());
        Assert.Equal([9], lease.Metadata.ToArray());
        Assert.Equal(answer.Sequence, lease.Sequence);
        Assert.Equal(end.ToUnixTimeMilliseconds(), lease.ExpiresAtMs);
        Assert.Equal(time.GetUtcNow().ToUnixTimeMilliseconds(), lease.WrittenAtMs);
    }

    [Fact]
    public async Task An_empty_value_is_a_value()
    {
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        await store.PutAsync("k", "");
        Assert.Equal("", store.Text("k"));
        Assert.Null(store.Text("other"));
    }

    [Fact]
    public async Task A_clean_stop_opens_without_reading_a_frame()
    {
        var files = new MemoryFiles();
        using (TieredStore store = Testing.Stores.OpenSmall(files))
        {
            for (int i = 0; i < 1000; i++)
                await store.PutAsync($"key {i}", $"value {i}");
            await store.DeleteAsync("key 7");
        }

        using TieredStore again = Testing.Stores.OpenSmall(files);
        Assert.True(again.Status.Recovery.Clean);
        Assert.Equal(0, again.Status.Recovery.FramesReplayed);
        Assert.Equal(999, again.Status.Keys);
        Assert.Null(again.Text("key 7"));
        for (int i = 8; i < 1000; i++)
            Assert.Equal($"value {i}", again.Text($"key {i}"));
    }

    [Fact]
    public async Task Sequence_numbers_go_on_after_a_restart()
    {
        var files = new MemoryFiles();
        ulong before;
        using (TieredStore store = Testing.Stores.OpenSmall(files))
            before = (await store.PutAsync("a", "1")).Sequence;
        using TieredStore again = Testing.Stores.OpenSmall(files);
        Assert.Equal(before + 1, (await again.PutAsync("a", "2")).Sequence);
    }

    [Fact]
    public async Task Two_stores_on_one_folder_are_refused()
    {
        using var folder = new TempFolder();
        using TieredStore store = Testing.Stores.OpenSmall(new DiskFiles(folder.Path));
        await store.PutAsync("a", "1");
        StoreException refused = Assert.Throws<StoreException>(() => Testing.Stores.OpenSmall(new DiskFiles(folder.Path)));
        Assert.Equal(StoreFault.Locked, refused.Fault);
        Assert.Equal("1", store.Text("a"));
    }

    [Fact]
    public void Every_option_out_of_range_is_named_at_once()
    {
        var options = new StoreOptions { HotBytes = 1, SegmentBytes = 1, SegmentFrames = 0, ValueBytesMax = 0 };
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => TieredStore.Open(options, new MemoryFiles(), TimeProvider.System));
        Assert.Contains("HotBytes", refused.Message, StringComparison.Ordinal);
        Assert.Contains("SegmentBytes", refused.Message, StringComparison.Ordinal);
        Assert.Contains("SegmentFrames", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ValueBytesMax", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_beyond_a_limit_are_answered_and_change_nothing()
    {
        StoreOptions options = Testing.Stores.Small with { ValueBytesMax = 100 };
        using TieredStore store = TieredStore.Open(options, new MemoryFiles(), TimeProvider.System);
        byte[] key = Testing.Stores.Key("k");
        Assert.Equal(WriteOutcome.Done, (await store.WriteAsync(new WriteOperation { Key = key, Value = new byte[100] })).Outcome);
        Assert.Equal(WriteOutcome.TooLarge, (await store.WriteAsync(new WriteOperation { Key = key, Value = new byte[101] })).Outcome);
        Assert.Equal(WriteOutcome.Invalid, (await store.WriteAsync(new WriteOperation { Key = default })).Outcome);
        Assert.Equal(WriteOutcome.TooLarge, (await store.WriteAsync(
            new WriteOperation { Key = new byte[Limits.ComposedKeyBytesMax + 1] })).Outcome);
        Assert.Equal(WriteOutcome.TooLarge, (await store.WriteAsync(
            new WriteOperation { Key = key, Metadata = new byte[Limits.MetadataBytesMax + 1] })).Outcome);
        Assert.Equal(WriteOutcome.Invalid, (await store.WriteAsync(ReadOnlyMemory<WriteOperation>.Empty)).Outcome);
        Assert.Equal(1UL, store.Status.Sequence);
    }

    [Fact]
    public async Task The_largest_key_metadata_and_value_fit()
    {
        var files = new MemoryFiles();
        var key = new byte[Limits.ComposedKeyBytesMax];
        Array.Fill(key, (byte)0xFF);
        var value = new byte[16 << 20];
        new Random(1).NextBytes(value);
        using (TieredStore store = Testing.Stores.OpenSmall(files))
        {
            WriteAnswer answer = await store.WriteAsync(
                new WriteOperation { Key = key, Value = value, Metadata = new byte[Limits.MetadataBytesMax] });
            Assert.Equal(WriteOutcome.Done, answer.Outcome);
        }

        using TieredStore again = Testing.Stores.OpenSmall(files);
        using ReadLease lease = again.Read(key);
        Assert.Equal(Tier.Warm, lease.Tier);
        Assert.True(lease.Value.SequenceEqual(value));
        Assert.Equal(Limits.MetadataBytesMax, lease.Metadata.Length);
    }

    [Fact]
    public async Task A_closed_store_takes_no_more_calls()
    {
        TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        await store.PutAsync("a", "1");
        store.Close();
        await Assert.ThrowsAsync<StoreException>(async () => await store.PutAsync("a", "2"));
        Assert.Throws<ObjectDisposedException>(() => store.Text("a"));
        Assert.Throws<ObjectDisposedException>(() => store.Snapshot());
    }

    [Theory]
    [InlineData(DurabilityPolicy.Interval)]
    [InlineData(DurabilityPolicy.Never)]
    public async Task A_policy_that_does_not_wait_for_the_disk_says_so(DurabilityPolicy policy)
    {
        StoreOptions options = Testing.Stores.Small with { Durability = policy, SyncInterval = TimeSpan.FromMinutes(1) };
        using TieredStore store = TieredStore.Open(options, new MemoryFiles(), new ManualTime());
        Assert.False((await store.PutAsync("a", "1")).Durable);
        Assert.Equal(0, store.Status.Syncs);
        await store.FlushAsync();
        Assert.Equal(1, store.Status.Syncs);
        store.Durability = DurabilityPolicy.Always;
        Assert.True((await store.PutAsync("a", "2")).Durable);
    }

    [Fact]
    public async Task Many_writers_share_commits_and_all_are_answered()
    {
        using var folder = new TempFolder();
        using TieredStore store = Testing.Stores.OpenSmall(new DiskFiles(folder.Path));
        await Task.WhenAll(Enumerable.Range(0, 32).Select(writer => Task.Factory.StartNew(
            async () =>
            {
                for (int i = 0; i < 100; i++)
                    Assert.Equal(WriteOutcome.Done, (await store.PutAsync($"{writer}/{i}", $"{i}")).Outcome);
            },
            TaskCreationOptions.None).Unwrap()));
        Assert.Equal(3200, store.Status.Keys);
        Assert.Equal(3200, store.Status.Writes);
        Assert.Equal(3200, store.List("", 1000).Count);
    }

    [Fact]
    public async Task Segments_lie_in_a_folder_of_their_year_and_month()
    {
        var files = new MemoryFiles();
        var time = new ManualTime();
        using (TieredStore store = Testing.Stores.OpenSmall(files, time))
        {
            await store.PutAsync("a", "1");
            time.Advance(TimeSpan.FromDays(1));
            for (int i = 0; i < 300; i++)
                await store.PutAsync($"b{i}", "2");
        }

        Assert.Equal(["01", "02"], files.List("log/2026"));
        using TieredStore again = Testing.Stores.OpenSmall(files, time);
        Assert.Equal("1", again.Text("a"));
        Assert.Equal("2", again.Text("b299"));
    }
}
