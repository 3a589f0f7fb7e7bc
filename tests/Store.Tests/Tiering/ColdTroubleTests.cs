using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Store.Tests.Tiering;

/// <summary>Losses that the simulation found, each as short as it can be told.</summary>
public sealed class ColdTroubleTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly MemoryColdStore _cold;
    private readonly MemoryFiles _files = new();

    public ColdTroubleTests() => _cold = new MemoryColdStore(_time);

    [Fact]
    public async Task A_store_that_nothing_was_written_to_leaves_the_bucket_to_the_one_after_it()
    {
        using (TieredStore idle = Open(_files))
        {
            // A segment is begun for it, and stays empty.
            Assert.Equal(WriteOutcome.ConditionFailed, (await idle.PutAsync("key", "value", Condition.IfPresent)).Outcome);
            await idle.ShipAsync(CancellationToken.None);
        }

        Assert.Empty(_cold.Names);
        using TieredStore store = Open(_files);
        await store.PutAsync("key", "value");
        await store.ShipAsync(CancellationToken.None);
        Assert.Equal(1ul, store.Status.Cold!.RecoverySequence);
    }

    [Fact]
    public async Task A_bucket_that_was_claimed_gets_its_identity_also_when_the_first_attempt_fails()
    {
        using TieredStore store = Open(_files);
        await store.PutAsync("key", "value");
        _cold.Rule = static call => call.Name == ObjectNames.Identity ? ColdTrouble.Unavailable : ColdTrouble.None;
        await Assert.ThrowsAsync<StoreException>(async () => await store.ShipAsync(CancellationToken.None));
        _cold.Rule = null;
        await store.ShipAsync(CancellationToken.None);
        using TieredStore restored = await RestoredAsync();
        Assert.Equal("value", restored.Text("key"));
    }

    [Fact]
    public async Task A_tail_whose_naming_failed_is_named_by_the_next_round()
    {
        using TieredStore store = Open(_files);
        await store.PutAsync("key", "value");
        int puts = 0;
        _cold.Rule = call => call is { Kind: ColdOperation.Put, Name: ObjectNames.Manifest } && ++puts == 2
            ? ColdTrouble.Unavailable : ColdTrouble.None;
        await Assert.ThrowsAsync<StoreException>(async () => await store.ShipAsync(CancellationToken.None));
        Assert.Equal(0ul, store.Status.Cold!.RecoverySequence);
        await store.ShipAsync(CancellationToken.None);
        Assert.Equal(1ul, store.Status.Cold!.RecoverySequence);
        using TieredStore restored = await RestoredAsync();
        Assert.Equal("value", restored.Text("key"));
    }

    [Fact]
    public async Task A_piece_of_a_tail_that_arrives_late_changes_nothing()
    {
        using TieredStore store = Open(_files);
        await store.PutAsync("first", "1");
        await store.ShipAsync(CancellationToken.None);
        await store.PutAsync("second", "2");
        _cold.Rule = static call => call.Kind == ColdOperation.Put ? ColdTrouble.Late : ColdTrouble.None;
        await Assert.ThrowsAsync<StoreException>(async () => await store.ShipAsync(CancellationToken.None));
        _cold.Rule = null;
        await store.PutAsync("third", "3");
        await store.ShipAsync(CancellationToken.None);
        await store.PutAsync("fourth", "4");
        await store.ShipAsync(CancellationToken.None);
        Assert.Equal(1, _cold.DeliverLate());
        using TieredStore restored = await RestoredAsync();
        Assert.Equal(["first", "fourth", "second", "third"], restored.List());
    }

    [Fact]
    public async Task A_fenced_instance_reports_no_recovery_point_for_pieces_that_nobody_reads()
    {
        using TieredStore old = Open(_files);
        await old.PutAsync("key", "value");
        await old.ShipAsync(CancellationToken.None);
        using TieredStore restored = await RestoredAsync();
        await old.PutAsync("lost", "value");
        StoreException fenced = await Assert.ThrowsAsync<StoreException>(async () => await old.ShipAsync(CancellationToken.None));
        Assert.Equal(StoreFault.Fenced, fenced.Fault);
        Assert.Equal(1ul, old.Status.Cold!.RecoverySequence);
    }

    [Fact]
    public async Task What_is_shipped_is_on_the_disk_under_every_policy()
    {
        var files = new FaultyFiles();
        using (TieredStore store = Open(files, Options() with { Durability = DurabilityPolicy.Never }))
        {
            await store.PutAsync("key", "value");
            await store.ShipAsync(CancellationToken.None);
            files = files.AfterCrash(Tear.None);
        }

        using TieredStore again = Open(files);
        Assert.Equal("value", again.Text("key"));
    }

    [Fact]
    public async Task Packed_segments_and_tails_are_published_together()
    {
        using TieredStore store = Open(_files);
        await PackedAsync(store, "first");
        await store.PutAsync("last", "value");
        _cold.Rule = static call => call.Kind == ColdOperation.Upload ? ColdTrouble.Unavailable : ColdTrouble.None;
        await Assert.ThrowsAsync<StoreException>(async () => await store.ShipAsync(CancellationToken.None));
        _cold.Rule = null;
        using TieredStore restored = await RestoredAsync();
        Assert.Empty(restored.List());
    }

    [Fact]
    public async Task A_batch_replaces_a_value_in_the_cold_store_without_asking_for_it()
    {
        StoreOptions options = Options() with { ChunkCacheBytes = 0 };
        using TieredStore store = Open(_files, options);
        await PackedAsync(store, "key");
        await store.ShipAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromDays(40));
        for (int i = 0; i < 3; i++)
            await store.ShipAsync(CancellationToken.None);
        Assert.Equal(1, store.Status.Cold!.ColdSegments);
        for (int i = 0; i < 3_000; i++)
            await store.PutAsync($"noise {i}", new string('x', 600));
        WriteAnswer answer = await store.WriteAsync(
            new[] { Testing.Stores.Put("key 3", "new"), Testing.Stores.Delete("key 4") });
        Assert.Equal(WriteOutcome.Done, answer.Outcome);
        Assert.Equal("new", store.Text("key 3"));
    }

    [Fact]
    public async Task A_restoration_that_was_interrupted_is_no_store_and_a_store_is_not_restored_over()
    {
        using (TieredStore store = Open(_files))
        {
            await PackedAsync(store, "first");
            await store.ShipAsync(CancellationToken.None);
        }

        var fresh = new MemoryFiles();
        _cold.Rule = static call => call.Kind == ColdOperation.Put ? ColdTrouble.Unavailable : ColdTrouble.None;
        await Assert.ThrowsAsync<StoreException>(() => RestoreAsync(fresh));
        Assert.Equal(StoreFault.Damaged, Assert.Throws<StoreException>(() => Open(fresh)).Fault);
        _cold.Rule = static call => call is { Kind: ColdOperation.Get } && call.Name.StartsWith("tail/", StringComparison.Ordinal)
            ? ColdTrouble.Unavailable : ColdTrouble.None;
        await Assert.ThrowsAsync<StoreException>(() => RestoreAsync(fresh));
        _cold.Rule = null;
        Assert.Equal(StoreFault.Damaged, Assert.Throws<StoreException>(() => Open(fresh)).Fault);
        await RestoreAsync(fresh);
        using (TieredStore restored = Open(fresh))
            Assert.Equal(20, restored.List().Count);
        await Assert.ThrowsAsync<StoreException>(() => RestoreAsync(fresh));
        await Assert.ThrowsAsync<StoreException>(() => RestoreAsync(_files));
    }

    [Fact]
    public void A_delay_of_garbage_that_no_collector_takes_is_a_mistake()
    {
        StoreOptions options = Options() with { Cold = new ColdOptions { Background = false, GarbageDelay = TimeSpan.FromMinutes(9) } };
        Assert.Throws<ArgumentException>(() => Open(_files, options));
        Open(_files, options with { Cold = options.Cold with { GarbageDelay = TimeSpan.FromMinutes(10) } }).Dispose();
    }

    private Task<RestoreReport> RestoreAsync(MemoryFiles files) =>
        TieredStore.RestoreAsync(files, _cold, _time, true, null, CancellationToken.None).AsTask();

    private static async Task PackedAsync(TieredStore store, string name)
    {
        for (int i = 0; i < 20; i++)
            await store.PutAsync($"{name} {i}", "value");
        SpinWait.SpinUntil(() => store.IsSettled, TimeSpan.FromSeconds(30));
        Assert.Equal(1, store.Pack(CancellationToken.None));
    }

    public void Dispose() => _cold.Dispose();

    private async Task<TieredStore> RestoredAsync()
    {
        var fresh = new MemoryFiles();
        await TieredStore.RestoreAsync(fresh, _cold, _time, true, null, CancellationToken.None);
        return Open(fresh);
    }

    private TieredStore Open(IFiles files, StoreOptions? options = null) =>
        TieredStore.Open(options ?? Options(), files, _time, _cold);

    private static StoreOptions Options() => Testing.Stores.Small with
    {
        SegmentFrames = 16,
        Cold = new ColdOptions { Background = false, ArchiveLevel = null },
    };
}
