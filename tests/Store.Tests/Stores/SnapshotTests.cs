using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

public sealed class SnapshotTests
{
    [Fact]
    public async Task A_snapshot_sees_one_moment_whatever_is_written_after_it()
    {
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        for (int i = 0; i < 500; i++)
            await store.PutAsync($"k{i:D3}", $"before {i}");
        await store.DeleteAsync("k000");
        using StoreSnapshot snapshot = store.Snapshot();
        for (int i = 0; i < 500; i += 2)
            await store.PutAsync($"k{i:D3}", $"after {i}");
        for (int i = 1; i < 500; i += 2)
            await store.DeleteAsync($"k{i:D3}");
        for (int i = 500; i < 700; i++)
            await store.PutAsync($"k{i:D3}", "new");
        await store.PutAsync("k002", "after twice");

        Assert.Null(snapshot.Text("k000"));
        Assert.Null(snapshot.Text("k600"));
        for (int i = 1; i < 500; i++)
            Assert.Equal($"before {i}", snapshot.Text($"k{i:D3}"));
        Assert.Equal(Enumerable.Range(1, 499).Select(i => $"k{i:D3}"), snapshot.List());
        Assert.Equal("after twice", store.Text("k002"));
        Assert.Null(store.Text("k001"));
    }

    [Fact]
    public async Task Snapshots_of_different_moments_stand_side_by_side()
    {
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        var snapshots = new List<StoreSnapshot>();
        for (int i = 0; i < 20; i++)
        {
            await store.PutAsync("k", $"{i}");
            snapshots.Add(store.Snapshot());
        }

        Assert.Equal(20, store.Status.Snapshots);
        for (int i = 0; i < 20; i += 2)
            snapshots[i].Dispose();
        for (int i = 1; i < 20; i += 2)
            Assert.Equal($"{i}", snapshots[i].Text("k"));
        foreach (StoreSnapshot snapshot in snapshots)
            snapshot.Dispose();
        Assert.Equal(0, store.Status.Snapshots);
        Assert.Throws<ObjectDisposedException>(() => snapshots[1].Text("k"));
    }

    [Fact]
    public async Task An_expired_record_is_seen_by_a_snapshot_from_before_its_end()
    {
        var time = new ManualTime();
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles(), time);
        await store.PutAsync("k", "v", default, time.GetUtcNow().AddSeconds(5));
        using StoreSnapshot snapshot = store.Snapshot();
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("v", snapshot.Text("k"));
        Assert.Equal(["k"], snapshot.List());
        Assert.Null(store.Text("k"));
        Assert.Empty(store.List());
    }

    [Fact]
    public void More_snapshots_than_the_limit_are_refused()
    {
        StoreOptions options = Testing.Stores.Small with { SnapshotsMax = 2 };
        using TieredStore store = TieredStore.Open(options, new MemoryFiles(), TimeProvider.System);
        using StoreSnapshot first = store.Snapshot();
        using StoreSnapshot second = store.Snapshot();
        Assert.Equal(StoreFault.Full, Assert.Throws<StoreException>(() => store.Snapshot()).Fault);
    }

    [Fact]
    public async Task The_oldest_snapshot_is_given_up_when_too_much_is_replaced()
    {
        StoreOptions options = Testing.Stores.Small with { SnapshotUndoMax = 10 };
        using TieredStore store = TieredStore.Open(options, new MemoryFiles(), TimeProvider.System);
        for (int i = 0; i < 20; i++)
            await store.PutAsync($"{i}", "old");
        using StoreSnapshot oldest = store.Snapshot();
        for (int i = 0; i < 20; i++)
            await store.PutAsync($"{i}", "new");
        Assert.Equal(StoreFault.SnapshotTooOld, Assert.Throws<StoreException>(() => oldest.Text("3")).Fault);
        using StoreSnapshot newer = store.Snapshot();
        await store.PutAsync("3", "newest");
        Assert.Equal("new", newer.Text("3"));
    }

    [Fact]
    public async Task A_batch_is_seen_whole_or_not_at_all()
    {
        using TieredStore store = Testing.Stores.OpenSmall(new MemoryFiles());
        var end = new CancellationTokenSource();
        Task writer = WriteBatchesAsync(store, end.Token);
        for (int i = 0; i < 2_000; i++)
        {
            using StoreSnapshot snapshot = store.Snapshot();
            string? first = snapshot.Text("k0");
            for (int key = 1; key < 8; key++)
                Assert.Equal(first, snapshot.Text($"k{key}"));
        }

        await end.CancelAsync();
        await writer;
    }

    private static async Task WriteBatchesAsync(TieredStore store, CancellationToken end)
    {
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            string value = $"{i}";
            WriteOperation[] batch = [.. Enumerable.Range(0, 8).Select(key => Testing.Stores.Put($"k{key}", value))];
            await store.WriteAsync(batch);
        }
    }
}
