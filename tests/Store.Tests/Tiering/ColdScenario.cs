using Thermocline.Testing;
using Thermocline.Testing.Cold;

namespace Thermocline.Store.Tests.Tiering;

/// <summary>
/// One life of a store with a bucket: fill, pack, ship, age, evict, overwrite, delete, read back, promote, garbage, restart,
/// and restore into a second folder. Remembers what was acknowledged, and what the bucket was said to have.
/// </summary>
internal sealed class ColdScenario(FaultyFiles first, FaultyFiles second, MemoryColdStore cold, ManualTime time)
{
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(30);
    private readonly List<(string Key, string? Value)> _writes = [];

    public static StoreOptions Options { get; } = Testing.Stores.Small with
    {
        SegmentFrames = 16,
        ChunkCacheBytes = 0,
        Cold = new ColdOptions { Background = false, HotStrengthMin = 0.2, WarmStrengthMin = 0.1, ArchiveLevel = CompressionLevel.Max },
    };

    /// <summary>Writes that were acknowledged: all but the last one tried, if at all.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Writes that the bucket alone must give back.</summary>
    public int Recoverable { get; private set; }

    /// <summary>Whether the second folder took over.</summary>
    public bool Moved { get; private set; }

    public long Evicted { get; private set; }

    public long Promoted { get; private set; }

    public long Collected { get; private set; }

    /// <summary>Lives until the end, or until the disk fails; a bucket that fails is tried again later.</summary>
    public async Task RunAsync()
    {
        try
        {
            using (TieredStore store = TieredStore.Open(Options, first, time, cold))
                await FirstLifeAsync(store);
            using (TieredStore store = TieredStore.Open(Options, first, time, cold))
            {
                await FillAsync(store, "after", 5);
                await ShipAsync(store);
                await ShipAsync(store);
            }

            for (int attempt = 0; !Moved && attempt < 3; attempt++)
                Moved = await TryAsync(async () => await TieredStore.RestoreAsync(second, cold, time, false, null, CancellationToken.None));
            if (!Moved)
                return;
            using TieredStore other = TieredStore.Open(Options, second, time, cold);
            await FillAsync(other, "moved", 20);
            await PackAsync(other);
            await ShipAsync(other);
        }
        catch (Exception failure) when (failure is StoreException or IOException)
        {
            // It ends where the disk fails; what counts is what is found afterwards.
        }
    }

    /// <summary>The records after so many writes, in order.</summary>
    public SortedDictionary<string, string> After(int writes)
    {
        var records = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string? value) in _writes.Take(writes))
        {
            if (value is null)
                records.Remove(key);
            else
                records[key] = value;
        }

        return records;
    }

    /// <summary>The number of writes whose effect a store shows, or -1 when that is no number from a least one on.</summary>
    public int FindPrefix(TieredStore store, int least)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string key in store.List())
            found[key] = store.Text(key) ?? "listed but absent";
        for (int count = least; count <= _writes.Count; count++)
        {
            if (After(count).SequenceEqual(found))
                return count;
        }

        return -1;
    }

    private async Task FirstLifeAsync(TieredStore store)
    {
        await FillAsync(store, "old", 34);
        await PackAsync(store);
        await ShipAsync(store);
        await FillAsync(store, "new", 20);
        await ShipAsync(store);
        await AgeAsync(store, 40, rounds: 3);
        Evicted = store.Status.Cold!.Evicted;
        for (int i = 0; i < 20; i++)
            await WriteAsync(store, $"old {i:D2}", i % 3 == 0 ? null : $"again {i}");
        await PackAsync(store);
        // What is in RAM would say nothing of the cold tier: a snapshot reads without using, the store itself reads and uses.
        for (int i = 20; i < 34; i++)
            await TryAsync(() => Task.FromResult(store.Text($"old {i:D2}")));
        await ShipAsync(store);
        await PackAsync(store);
        await AgeAsync(store, 0, rounds: 3);
        Promoted = store.Status.Cold!.Promoted;
        Collected = store.Status.Cold!.GarbageDeleted;
    }

    private async Task AgeAsync(TieredStore store, int days, int rounds)
    {
        time.Advance(TimeSpan.FromDays(days));
        for (int i = 0; i < rounds; i++)
        {
            await ShipAsync(store);
            time.Advance(TimeSpan.FromHours(8));
        }
    }

    private async Task FillAsync(TieredStore store, string name, int count)
    {
        for (int i = 0; i < count; i++)
            await WriteAsync(store, $"{name} {i:D2}", $"value {i} of {name} " + new string((char)('a' + (i % 26)), 60));
    }

    private async Task WriteAsync(TieredStore store, string key, string? value)
    {
        _writes.Add((key, value));
        _ = value is null ? await store.DeleteAsync(key) : await store.PutAsync(key, value);
        Acknowledged = _writes.Count;
        SpinWait.SpinUntil(() => store.IsSettled, SettleLimit);
    }

    private Task<bool> PackAsync(TieredStore store) => TryAsync(() => Task.FromResult(store.Pack(CancellationToken.None)));

    private async Task ShipAsync(TieredStore store)
    {
        ulong before = store.Status.Cold!.RecoverySequence;
        await TryAsync(async () =>
        {
            await store.ShipAsync(CancellationToken.None);
            return 0;
        });
        ulong reported = store.Status.Cold!.RecoverySequence;
        if (reported > before)
        {
            Xunit.Assert.Equal(store.Status.Sequence, reported);
            Recoverable = Acknowledged;
        }
    }

    private async Task<bool> TryAsync<T>(Func<Task<T>> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (StoreException) when (!first.Crashed && !second.Crashed)
        {
            return false;
        }
    }
}
