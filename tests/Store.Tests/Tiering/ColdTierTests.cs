using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Store.Tests.Tiering;

/// <summary>What leaves the local disk is read, listed, overwritten and restored as if it had stayed.</summary>
public sealed class ColdTierTests : IDisposable
{
    private const int Records = 1_500;
    private readonly ManualTime _time = new();
    private readonly MemoryColdStore _cold;

    public ColdTierTests() => _cold = new MemoryColdStore(_time);

    [Fact]
    public async Task Records_in_the_cold_store_alone_are_read_listed_replaced_and_deleted()
    {
        var files = new MemoryFiles();
        using TieredStore store = await FilledAsync(files);
        await SinkAsync(store);
        StoreStatus status = store.Status;
        Assert.True(status.Cold!.ColdSegments > 0);
        Assert.True(status.Cold.ColdRecords >= Records);
        Assert.Equal(Records, store.List("key").Count);
        for (int i = 0; i < Records; i += 7)
            Assert.Equal(ValueOf(i), store.Text(KeyOf(i)));
        Assert.True(store.Status.Cold!.Hits > 0);
        Assert.True(store.Status.Cold!.Fetches < Records / 7, "Neighbours come together.");
        await store.PutAsync(KeyOf(3), "replaced");
        Assert.Equal(WriteOutcome.Done, (await store.DeleteAsync(KeyOf(4))).Outcome);
        Assert.Equal(WriteOutcome.ConditionFailed, (await store.PutAsync(KeyOf(1001), "x", Condition.IfAbsent)).Outcome);
        ulong etag = SequenceOf(store, KeyOf(1002));
        Assert.Equal(WriteOutcome.Done, (await store.PutAsync(KeyOf(1002), "mine", Condition.IfSequence(etag))).Outcome);
        Assert.Equal("replaced", store.Text(KeyOf(3)));
        Assert.Null(store.Text(KeyOf(4)));
        Assert.Equal("mine", store.Text(KeyOf(1002)));
        Assert.Empty(store.Status.Damages);
    }

    [Fact]
    public async Task A_restart_reads_on_from_the_cold_store()
    {
        var files = new MemoryFiles();
        using (TieredStore store = await FilledAsync(files))
            await SinkAsync(store);
        foreach (bool keepIndex in new[] { true, false })
        {
            if (!keepIndex)
                files.Delete("index.snapshot");
            using TieredStore again = Open(files);
            CheckAll(again);
            await again.ShipAsync(CancellationToken.None);
            Assert.Empty(again.Status.Damages);
            Assert.Equal(0, again.Status.Cold!.Shipped);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_comes_back_from_the_bucket_alone(bool whole)
    {
        var files = new MemoryFiles();
        ulong last;
        using (TieredStore store = await FilledAsync(files))
        {
            await SinkAsync(store);
            await store.PutAsync("in the tail", "of the log");
            await store.DeleteAsync(KeyOf(9));
            await store.ShipAsync(CancellationToken.None);
            last = store.Status.Sequence;
            Assert.Equal(last, store.Status.Cold!.RecoverySequence);
            await store.PutAsync("too late", "for the bucket");
        }

        var fresh = new MemoryFiles();
        RestoreReport report = await TieredStore.RestoreAsync(fresh, _cold, _time, whole, null, CancellationToken.None);
        Assert.True(report.Records >= Records);
        using TieredStore restored = Open(fresh);
        Assert.Equal(last, restored.Status.Sequence);
        Assert.Equal("of the log", restored.Text("in the tail"));
        Assert.Null(restored.Text("too late"));
        Assert.Null(restored.Text(KeyOf(9)));
        await restored.PutAsync(KeyOf(9), ValueOf(9));
        CheckAll(restored);
        Assert.Empty(restored.Verify(CancellationToken.None));
        await restored.ShipAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Whoever_wrote_before_a_restoration_is_fenced()
    {
        var files = new MemoryFiles();
        using TieredStore old = await FilledAsync(files);
        await old.ShipAsync(CancellationToken.None);
        var fresh = new MemoryFiles();
        await TieredStore.RestoreAsync(fresh, _cold, _time, false, null, CancellationToken.None);
        using TieredStore restored = Open(fresh);
        await restored.ShipAsync(CancellationToken.None);
        await old.PutAsync("zombie", "write");
        await FillAsync(old, "zombie", 400);
        old.Pack(CancellationToken.None);
        StoreException fenced = await Assert.ThrowsAsync<StoreException>(async () => await old.ShipAsync(CancellationToken.None));
        Assert.Equal(StoreFault.Fenced, fenced.Fault);
        Assert.False(old.Status.Cold!.Claimed);
        Assert.Equal("write", old.Text("zombie"));
        var third = new MemoryFiles();
        await TieredStore.RestoreAsync(third, _cold, _time, false, null, CancellationToken.None);
        using TieredStore again = Open(third);
        Assert.Null(again.Text("zombie"));
        CheckAll(again);
    }

    [Fact]
    public async Task An_old_folder_that_is_started_again_does_not_take_the_bucket_back()
    {
        var files = new MemoryFiles();
        using (TieredStore old = await FilledAsync(files))
            await old.ShipAsync(CancellationToken.None);
        var fresh = new MemoryFiles();
        await TieredStore.RestoreAsync(fresh, _cold, _time, false, null, CancellationToken.None);
        using TieredStore restored = Open(fresh);
        await restored.PutAsync("later", "write");
        await restored.ShipAsync(CancellationToken.None);
        using (TieredStore again = Open(files))
        {
            StoreException fenced = await Assert.ThrowsAsync<StoreException>(async () => await again.ShipAsync(CancellationToken.None));
            Assert.Equal(StoreFault.Fenced, fenced.Fault);
            CheckAll(again);
        }

        await restored.PutAsync("later still", "write");
        await restored.ShipAsync(CancellationToken.None);
        restored.Dispose();
        using (TieredStore restarted = Open(fresh))
            await restarted.ShipAsync(CancellationToken.None);
        files.Create("claim.take", 0).Dispose();
        using TieredStore taken = Open(files);
        await taken.ShipAsync(CancellationToken.None);
        Assert.True(taken.Status.Cold!.Claimed);
        Assert.False(files.Exists("claim.take"));
    }

    [Fact]
    public async Task A_fenced_writer_does_not_count_its_tail_as_safe()
    {
        var files = new MemoryFiles();
        using TieredStore old = await FilledAsync(files);
        await old.PutAsync("before", "safe");
        await old.ShipAsync(CancellationToken.None);
        ulong safe = old.Status.Cold!.RecoverySequence;
        await TieredStore.RestoreAsync(new MemoryFiles(), _cold, _time, false, null, CancellationToken.None);
        await old.PutAsync("after", "not safe");
        StoreException fenced = await Assert.ThrowsAsync<StoreException>(async () => await old.ShipAsync(CancellationToken.None));
        Assert.Equal(StoreFault.Fenced, fenced.Fault);
        Assert.Equal(safe, old.Status.Cold!.RecoverySequence);
    }

    [Fact]
    public async Task While_the_cold_store_is_away_writes_go_on_and_reads_say_what_is_missing()
    {
        var files = new MemoryFiles();
        using TieredStore store = await FilledAsync(files);
        await SinkAsync(store);
        await FillAsync(store, "near", 100);
        _cold.Rule = static _ => ColdTrouble.Unavailable;
        for (int i = 0; i < 100; i++)
            Assert.Equal(ValueOf(i), store.Text($"near {i:D5}"));
        StoreException away = Assert.Throws<StoreException>(() => store.Text(KeyOf(1)));
        Assert.Equal(StoreFault.ColdUnavailable, away.Fault);
        Assert.Equal(WriteOutcome.Done, (await store.PutAsync(KeyOf(1), "written meanwhile")).Outcome);
        Assert.Equal("written meanwhile", store.Text(KeyOf(1)));
        Assert.Equal(WriteOutcome.Done, (await store.DeleteAsync(KeyOf(2))).Outcome);
        Assert.Null(store.Text(KeyOf(2)));
        away = await Assert.ThrowsAsync<StoreException>(async () => await store.PutAsync(KeyOf(3), "x", Condition.IfPresent));
        Assert.Equal(StoreFault.ColdUnavailable, away.Fault);
        await Assert.ThrowsAsync<StoreException>(async () => await store.ShipAsync(CancellationToken.None));
        Assert.False(store.Status.Cold!.Available);
        Assert.Null(store.Status.LatchedBy);
        Assert.True(store.Status.Cold.FetchFailures > 0);
        _cold.Rule = null;
        Assert.Equal(ValueOf(3), store.Text(KeyOf(3)));
        await store.ShipAsync(CancellationToken.None);
        Assert.True(store.Status.Cold!.Available);
    }

    [Fact]
    public async Task A_store_opens_while_the_cold_store_is_away_and_claims_it_later()
    {
        var files = new MemoryFiles();
        using (TieredStore store = await FilledAsync(files))
            await SinkAsync(store);
        _cold.Rule = static _ => ColdTrouble.Unavailable;
        using TieredStore again = Open(files);
        Assert.Equal(Records, again.List("key").Count);
        await again.PutAsync("key 00000", "new");
        Assert.Equal("new", again.Text("key 00000"));
        _cold.Rule = null;
        await again.ShipAsync(CancellationToken.None);
        Assert.True(again.Status.Cold!.Claimed);
        Assert.Equal(ValueOf(5), again.Text(KeyOf(5)));
    }

    [Fact]
    public async Task What_is_used_again_comes_back_and_what_is_not_leaves()
    {
        var files = new MemoryFiles();
        using TieredStore store = await FilledAsync(files);
        await SinkAsync(store);
        Assert.Equal(0, store.Status.Cold!.Promoted);
        for (int round = 0; round < 4; round++)
        {
            // What is in RAM says nothing of its segment: others take its place first.
            await FillAsync(store, $"noise {round}", 4_000);
            for (int i = 0; i < Records; i++)
                Assert.Equal(ValueOf(i), store.Text(KeyOf(i)));
        }

        await store.ShipAsync(CancellationToken.None);
        Assert.True(store.Status.Cold!.Promoted > 0);
        CheckAll(store);
        _time.Advance(TimeSpan.FromDays(60));
        await SinkAsync(store);
        CheckAll(store);
    }

    [Fact]
    public async Task The_warm_tier_keeps_to_its_limit()
    {
        var files = new MemoryFiles();
        StoreOptions options = Options() with { Cold = Options().Cold with { WarmBytesMax = 1 << 20, ArchiveLevel = null } };
        using TieredStore store = TieredStore.Open(options, files, _time, _cold);
        var random = new Random(1);
        var noise = new byte[3_000];
        for (int i = 0; i < 1_500; i++)
        {
            random.NextBytes(noise);
            await store.WriteAsync(new WriteOperation { Key = Testing.Stores.Key(KeyOf(i)), Value = noise.ToArray() });
        }

        store.Pack(CancellationToken.None);
        for (int i = 0; i < 6; i++)
            await store.ShipAsync(CancellationToken.None);
        Assert.True(store.Status.Warm.Bytes < 2 << 20, $"{store.Status.Warm.Bytes}");
        Assert.True(store.Status.Cold!.ColdSegments > 0);
    }

    [Fact]
    public async Task Garbage_goes_and_nothing_else()
    {
        var files = new MemoryFiles();
        using (TieredStore store = await FilledAsync(files))
        {
            await SinkAsync(store);
            for (int i = 0; i < 3; i++)
            {
                _time.Advance(TimeSpan.FromHours(8));
                await store.ShipAsync(CancellationToken.None);
            }

            Assert.True(store.Status.Cold!.GarbageDeleted > 0);
            int named = store.Status.Cold.Segments;
            Assert.Equal(named, _cold.Names.Count(static name => name.StartsWith("segments/", StringComparison.Ordinal)));
            CheckAll(store);
        }

        var fresh = new MemoryFiles();
        await TieredStore.RestoreAsync(fresh, _cold, _time, true, null, CancellationToken.None);
        using TieredStore restored = Open(fresh);
        CheckAll(restored);
    }

    [Fact]
    public async Task A_damaged_cold_object_is_reported_and_never_served()
    {
        var files = new MemoryFiles();
        using TieredStore store = await FilledAsync(files);
        await SinkAsync(store);
        foreach (string name in _cold.Names.Where(static name => name.StartsWith("segments/", StringComparison.Ordinal)).ToArray())
            _cold.Corrupt(name, static bytes => [.. bytes.Select(static b => (byte)(b ^ 1))]);
        StoreException damaged = Assert.Throws<StoreException>(() => store.Text(KeyOf(700)));
        Assert.Equal(StoreFault.Damaged, damaged.Fault);
        Assert.NotEmpty(store.Status.Damages);
    }

    public void Dispose() => _cold.Dispose();

    private static ulong SequenceOf(TieredStore store, string key)
    {
        using ReadLease lease = store.Read(Testing.Stores.Key(key));
        return lease.Sequence;
    }

    private StoreOptions Options() => Testing.Stores.Small with
    {
        ChunkCacheBytes = 1 << 20,
        Cold = new ColdOptions { Background = false },
    };

    private TieredStore Open(IFiles files) => TieredStore.Open(Options(), files, _time, _cold);

    private async Task<TieredStore> FilledAsync(IFiles files)
    {
        TieredStore store = Open(files);
        await FillAsync(store, "key", Records);
        store.Pack(CancellationToken.None);
        return store;
    }

    /// <summary>Lets everything become weak, and lets it leave.</summary>
    private async Task SinkAsync(TieredStore store)
    {
        await FillAsync(store, "filler", 300);
        store.Pack(CancellationToken.None);
        await store.ShipAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromDays(40));
        for (int i = 0; i < 3; i++)
            await store.ShipAsync(CancellationToken.None);
        store.Memory.HotBytes = 1 << 20;
        // Whatever is in RAM makes room for something else.
        await FillAsync(store, "noise", 3_000);
    }

    private static string KeyOf(int i) => $"key {i:D5}";

    private static string ValueOf(int i) => $"value {i} " + new string((char)('a' + (i % 26)), 100 + (i % 300));

    private static async Task FillAsync(TieredStore store, string name, int count)
    {
        for (int i = 0; i < count; i++)
            await store.PutAsync($"{name} {i:D5}", ValueOf(i));
        // What is not sealed yet is not packed either.
        SpinWait.SpinUntil(() => store.IsSettled, TimeSpan.FromMinutes(1));
    }

    private static void CheckAll(TieredStore store)
    {
        Assert.Equal(Records, store.List("key").Count);
        for (int i = 0; i < Records; i++)
            Assert.Equal(ValueOf(i), store.Text(KeyOf(i)));
    }
}
