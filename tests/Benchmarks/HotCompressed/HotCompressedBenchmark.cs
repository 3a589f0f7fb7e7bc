using System.Diagnostics;
using Thermocline.Benchmarks.Corpus;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Packed;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;
using Thermocline.Store;
using Thermocline.Store.Compression;
using Thermocline.Store.Files;

namespace Thermocline.Benchmarks.HotCompressed;

/// <summary>The hot tier as it is and compressed in place: what a record takes, what a read costs, and what compressing does to readers.</summary>
internal sealed class HotCompressedBenchmark : IBenchmark
{
    private const int LoadBatch = 1_000;
    private const int CheckEvery = 64;
    private const int OftenKeys = 1_000;
    private const double DisturbanceMax = 1.1;
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(1);

    public string Name => "hot-compressed";

    public string Summary => "text memories in RAM, raw and compressed in place: bytes a record, reads, readers beside it; Redis";

    public void Run(BenchSession session)
    {
        var space = new KeySpace(session.Arguments.Seed, session.Quick ? 100_000 : 1_000_000, 0);
        if (!Zstd.IsAvailable || VariedMemories.Build(session, space) is not { } memories)
        {
            session.Skip(MemoryCorpus.TooLittleText);
            return;
        }

        var options = new StoreOptions
        {
            HotBytes = Math.Max(256L << 20, space.Count * 2_048L),
            BackgroundPacking = false,
            ChunkCacheBytes = 0,
            Durability = DurabilityPolicy.Never,
        };
        double compressedBytes;
        using (TieredStore store = TieredStore.Open(options, new DiskFiles(session.NewFolder("hot-compressed")), TimeProvider.System))
        {
            Load(store, memories, space.Count);
            Pack(session, store);
            compressedBytes = Measure(session, store, memories, space);
        }

        AddRedis(session, memories, space, compressedBytes);
    }

    private double Measure(BenchSession session, TieredStore store, VariedMemories memories, KeySpace space)
    {
        int reads = session.Quick ? 200_000 : 1_000_000;
        double raw = Read(store, memories, space, reads, Tier.Hot);
        Add(session, "get, random", "raw in RAM", raw, "ns", new() { Bytes = BytesARecord(store), BytesOf = "B a record" });
        AddCompression(session, store, memories, space);

        TierStatus hot = store.Status.Hot;
        double bytes = (double)hot.CompressedBytes / hot.CompressedEntries;
        double compressed = Read(store, memories, space, reads / 2, Tier.Hot);
        Add(session, "get, random", "compressed in RAM", compressed, "ns", new() { Bytes = bytes, BytesOf = "B a record" });
        Add(session, "raw bytes over compressed bytes", "compressed in RAM", (double)hot.CompressedPlainBytes / hot.CompressedBytes, "×", default);
        AddOften(session, store, memories);
        AddEmergency(session, store, memories, space);
        store.Memory.HotBytes = 1 << 20;
        double packed = Read(store, memories, space, reads / 5, Tier.Warm);
        PackingStatus packing = store.Status.Packing;
        double fileBytes = (double)packing.StoredBytes / packing.Records;
        Add(session, "get, random", "packed, page cache", packed, "ns", new() { Bytes = fileBytes, BytesOf = "B of file a record" });
        return bytes;
    }

    /// <summary>Half of the pages while somebody reads the other half, then the rest alone.</summary>
    private void AddCompression(BenchSession session, TieredStore store, VariedMemories memories, KeySpace space)
    {
        // What was written last is compressed last.
        int first = space.Count * 6 / 10;
        byte[][] keys = [.. Enumerable.Range(0, 100_000).Select(i => memories.Key(first + (int)((long)i * (space.Count - first) / 100_000)))];
        Samples quiet = Quietly(store, keys);
        var reader = new RawReads(store, keys, Tier.Hot);
        (double concurrent, long freed) = Compress(store, store.Status.Hot.Bytes / 4);
        Samples disturbed = reader.End();
        (double alone, long rest) = Compress(store, long.MaxValue);
        session.Say($"given back {freed + rest:N0} B; {quiet.Count:N0} quiet reads, {disturbed.Count:N0} beside it");
        Add(session, "compress in place", "beside one reader", concurrent, "MB/s", new() { Bytes = freed, BytesOf = "B given back" });
        Add(session, "compress in place", "alone", alone, "MB/s", new() { Bytes = rest, BytesOf = "B given back" });
        double calm = quiet.PercentileNs(99);
        Add(session, "p99 of raw gets", "quiet", calm, "ns", new() { P50Us = quiet.PercentileNs(50) / 1e3, P99Us = calm / 1e3 });
        double p99 = disturbed.PercentileNs(99);
        Add(session, "p99 of raw gets", "while it compresses", p99, "ns", new()
        {
            P50Us = disturbed.PercentileNs(50) / 1e3,
            P99Us = p99 / 1e3,
            GoalAtMost = DisturbanceMax * calm,
        });
    }

    /// <summary>Megabytes of frames a second, and the bytes that were given back.</summary>
    private static (double Rate, long Freed) Compress(TieredStore store, long bytes)
    {
        long before = store.Status.Hot.CompressedPlainBytes;
        long start = Stopwatch.GetTimestamp();
        long freed = store.CompressHot(bytes, CancellationToken.None);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return ((store.Status.Hot.CompressedPlainBytes - before) / seconds / 1e6, freed);
    }

    /// <summary>The same records again and again: the first reads undo them, then they have their full size back.</summary>
    private void AddOften(BenchSession session, TieredStore store, VariedMemories memories)
    {
        byte[][] keys = [.. Enumerable.Range(0, OftenKeys).Select(i => memories.Key(i * 97))];
        for (int pass = 1; pass <= 12; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            foreach (byte[] key in keys)
            {
                using ReadLease lease = store.Read(key);
            }

            double ns = Stopwatch.GetElapsedTime(start).TotalNanoseconds / keys.Length;
            if (pass is 1 or 3 or 6 or 12)
                Add(session, $"get of {OftenKeys:N0} records, pass {pass}", "compressed in RAM", ns, "ns", default);
        }
    }

    /// <summary>What the governor does at its second mark: half of the tier given back at once, and a full collection.</summary>
    private void AddEmergency(BenchSession session, TieredStore store, VariedMemories memories, KeySpace space)
    {
        byte[][] keys = [.. Enumerable.Range(0, 100_000).Select(i => memories.Key((int)((long)i * space.Count / 100_000)))];
        // Read often, they have their full size back: that is what an emergency meets.
        _ = Quietly(store, keys);
        Samples quiet = Quietly(store, keys);
        double calm = quiet.PercentileNs(99);
        Add(session, "p99 of often read records", "quiet", calm, "ns", new() { P50Us = quiet.PercentileNs(50) / 1e3, P99Us = calm / 1e3 });
        long held = store.Status.Hot.Bytes;
        var reader = new RawReads(store, keys, Tier.Hot, Tier.Warm);
        long start = Stopwatch.GetTimestamp();
        store.Memory.HotBytes = held / 2;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        StoreMemory.ReturnFreedMemory();
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        Samples disturbed = reader.End();
        session.Say($"emergency: {held / 2:N0} B given back in {took.TotalMilliseconds:0} ms, {disturbed.Count:N0} reads meanwhile");
        double p99 = disturbed.PercentileNs(99);
        Add(session, "p99 of often read records", "in an emergency", p99, "ns", new() { P50Us = disturbed.PercentileNs(50) / 1e3, P99Us = p99 / 1e3 });
        Add(session, "p99, emergency over quiet", "often read records", p99 / calm, "×", default);
        Add(session, "longest read", "in an emergency", disturbed.PercentileNs(100) / 1e6, "ms", default);
    }

    private static Samples Quietly(TieredStore store, byte[][] keys)
    {
        var reader = new RawReads(store, keys, Tier.Hot);
        Thread.Sleep(QuietTime);
        return reader.End();
    }

    private static double BytesARecord(TieredStore store) => (double)store.Status.Hot.Bytes / store.Status.Hot.Entries;

    /// <summary>Nanoseconds of a get from a tier; some of the values are compared.</summary>
    private static double Read(TieredStore store, VariedMemories memories, KeySpace space, int count, Tier tier)
    {
        var lookups = new Lookups(space, count, StoreFolder.KeyPrefix);
        int read = 0;
        long checking = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            using ReadLease lease = store.Read(lookups.Key(i));
            read += lease.Tier == tier ? 1 : 0;
            if (i % CheckEvery != 0)
                continue;
            long begun = Stopwatch.GetTimestamp();
            if (!lease.Value.SequenceEqual(memories.Value(lookups.Index(i))))
                throw new InvalidOperationException("A record came back changed.");
            checking += Stopwatch.GetTimestamp() - begun;
        }

        long ticks = Stopwatch.GetTimestamp() - start - checking;
        return read == count
            ? ticks * (1e9 / Stopwatch.Frequency) / count
            : throw new InvalidOperationException($"{count - read:N0} of {count:N0} reads were not answered by the {tier} tier.");
    }

    private static void Load(TieredStore store, VariedMemories memories, int count)
    {
        var batch = new WriteOperation[LoadBatch];
        for (int from = 0; from < count; from += LoadBatch)
        {
            for (int i = 0; i < LoadBatch; i++)
                batch[i] = new WriteOperation { Key = memories.Key(from + i), Value = memories.Value(from + i).ToArray() };
            WriteAnswer answer = store.WriteAsync(batch).AsTask().GetAwaiter().GetResult();
            if (answer.Outcome != WriteOutcome.Done)
                throw new InvalidOperationException($"A put was answered {answer}.");
        }
    }

    /// <summary>Gives every collection its dictionary, and the log the form in which it is read when RAM has not got a record.</summary>
    private static void Pack(BenchSession session, TieredStore store)
    {
        SpinWait.SpinUntil(() => store.IsSettled, SettleLimit);
        long start = Stopwatch.GetTimestamp();
        store.Pack(session.Cancellation);
        session.Say($"packed in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
    }

    private void AddRedis(BenchSession session, VariedMemories memories, KeySpace space, double ours)
    {
        if (!Peer.HasRedis)
        {
            session.Skip(Peer.MissingRedis);
            return;
        }

        int count = Math.Min(space.Count, 100_000);
        var records = new List<(byte[] Key, byte[] Value)>(count);
        for (int i = 0; i < count; i++)
            records.Add((memories.Key(i)[StoreFolder.KeyPrefix.Length..], memories.Value(i).ToArray()));
        using var server = new RedisPeer(session.NewFolder("hot-redis"), null);
        double bytes = (double)RedisRecords.UsedMemory(server, records) / count;
        Add(session, "used_memory", "Redis", bytes, "B a record", new() { OursBetterBy = bytes / ours });
    }

    private void Add(BenchSession session, string what, string engine, double figure, string unit, Extra extra) => session.Add(new Row
    {
        Benchmark = Name,
        Case = what,
        Engine = engine,
        Figure = figure,
        Unit = unit,
        P50Us = extra.P50Us,
        P99Us = extra.P99Us,
        Bytes = extra.Bytes,
        BytesOf = extra.BytesOf,
        OursBetterBy = extra.OursBetterBy,
        GoalAtMost = extra.GoalAtMost,
    });

    private readonly record struct Extra(
        double? P50Us, double? P99Us, double? Bytes, string? BytesOf, double? OursBetterBy, double? GoalAtMost);
}
