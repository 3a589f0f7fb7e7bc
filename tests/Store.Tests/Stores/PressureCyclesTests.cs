using System.Globalization;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

/// <summary>Memory is taken away and given back again and again, and segments sink and come back: no record notices.</summary>
public sealed class PressureCyclesTests(ITestOutputHelper output)
{
    private const int Cycles = 120;
    private const int KeysInAll = 4_000;
    private const int WritesPerCycle = 60;

    private static readonly StoreOptions Options = Testing.Stores.Small with
    {
        HotBytes = HotMax,
        SegmentFrames = 128,
        ChunkCacheBytes = 256 << 10,
        Cold = new ColdOptions { Background = false, ArchiveAge = TimeSpan.FromDays(2), HotStrengthMin = 0.4, WarmStrengthMin = 0.2 },
    };

    private const long HotMax = 12L << 20;

    private readonly ManualTime _time = new();
    private readonly SortedDictionary<string, byte[]> _expected = new(StringComparer.Ordinal);

    [Fact]
    public async Task Every_record_is_bit_exact_after_a_hundred_cycles_of_pressure_and_release()
    {
        int seed = Environment.TickCount & int.MaxValue;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var files = new MemoryFiles();
        using var cold = new MemoryColdStore(_time);
        using TieredStore store = TieredStore.Open(Options, files, _time, cold);
        for (int i = 0; i < KeysInAll; i++)
            await WriteAsync(store, random, i);
        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            await PressAsync(store, random);
            CheckSome(store, random, 200);
            await ReleaseAsync(store, random);
            CheckSome(store, random, 200);
            if (cycle % 20 == 19)
                CheckAll(store);
        }

        StoreStatus status = store.Status;
        output.WriteLine($"{status.Hot.Evictions} evictions from RAM, {status.Packing.Runs} files packed, "
            + $"{status.Cold!.Evicted} segments left the disk, {status.Cold.Promoted} came back, {status.Cold.Fetches} fetches");
        Assert.True(status.Hot.Evictions > KeysInAll);
        Assert.True(status.Packing.Runs > Cycles / 2);
        Assert.True(status.Cold.Evicted > Cycles / 4);
        Assert.True(status.Cold.Promoted > 0);
        Assert.True(status.Cold.Fetches > 0);
        Assert.Empty(status.Damages);
        Assert.Empty(store.Verify(CancellationToken.None));
    }

    private async Task PressAsync(TieredStore store, Random random)
    {
        for (int i = 0; i < WritesPerCycle; i++)
            await WriteAsync(store, random, random.Next(KeysInAll));
        store.Compression = (CompressionLevel)random.Next(5);
        store.Memory.HotBytes = 1 << 20;
        Assert.InRange(store.Status.Hot.Bytes, 0, 1 << 20);
        store.Pack(CancellationToken.None);
        _time.Advance(TimeSpan.FromDays(random.Next(4)));
        await store.ShipAsync(CancellationToken.None);
        await store.ShipAsync(CancellationToken.None);
    }

    private async Task ReleaseAsync(TieredStore store, Random random)
    {
        store.Memory.HotBytes = HotMax;
        // What is used again comes back, to the disk and to RAM.
        CheckSome(store, random, 100);
        await store.ShipAsync(CancellationToken.None);
    }

    private async Task WriteAsync(TieredStore store, Random random, int key)
    {
        string name = KeyOf(key);
        byte[] value = ValueOf(random, key);
        WriteAnswer answer = await store.WriteAsync(new WriteOperation { Key = Testing.Stores.Key(name), Value = value });
        Assert.Equal(WriteOutcome.Done, answer.Outcome);
        _expected[name] = value;
    }

    private void CheckSome(TieredStore store, Random random, int count)
    {
        for (int i = 0; i < count; i++)
            Check(store, KeyOf(random.Next(KeysInAll)));
    }

    private void CheckAll(TieredStore store)
    {
        Assert.Equal(_expected.Keys, store.List());
        foreach (string key in _expected.Keys)
            Check(store, key);
    }

    private void Check(TieredStore store, string key)
    {
        using ReadLease lease = store.Read(Testing.Stores.Key(key));
        Assert.True(lease.Found && lease.Value.SequenceEqual(_expected[key]), $"{key} is {(lease.Found ? "another one" : "missing")}.");
    }

    private static string KeyOf(int key) => key.ToString("D5", CultureInfo.InvariantCulture);

    // Text that packs well, numbers that do so less, and bytes that do not at all.
    private static byte[] ValueOf(Random random, int key)
    {
        byte[] value = new byte[random.Next(50, 2_500)];
        if (random.Next(3) == 0)
        {
            random.NextBytes(value);
            return value;
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"record {key} of run {random.Next(1_000)}, ");
        for (int at = 0; at < value.Length; at++)
            value[at] = (byte)text[at % text.Length];
        return value;
    }
}
