using System.Diagnostics;
using Thermocline.Benchmarks.Compress;
using Thermocline.Benchmarks.Corpus;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;
using Thermocline.Store;
using Thermocline.Store.Compression;

namespace Thermocline.Benchmarks.Packed;

/// <summary>Packed segments of text memories: bytes a record, point reads in and past the page cache, packing, filters.</summary>
internal sealed class PackedBenchmark : IBenchmark
{
    private const double BalancedGoal = 2.7;
    private const double MaxGoal = 3.2;
    private const double ReadGoalUs = 5;
    private const double DirectGoal = 1.5;
    private const double FilterGoalPercent = 0.6;
    private const int PeerLevel = 3;
    private static readonly CompressionLevel[] Levels = [CompressionLevel.Off, CompressionLevel.Fast, CompressionLevel.Balanced, CompressionLevel.Max];

    public string Name => "packed";

    public string Summary => "packed text memories: bytes a record, point reads in and past the page cache, packing, filters";

    public void Run(BenchSession session)
    {
        int count = session.Quick ? 10_000 : 40_000;
        if (!Zstd.IsAvailable || MemoryCorpus.Build(count, session.Arguments.Seed, session.Cancellation) is not { } values)
        {
            session.Skip(MemoryCorpus.TooLittleText);
            return;
        }

        session.Say(MemoryCorpus.Describe(values));
        var space = new KeySpace(session.Arguments.Seed, count, 0);
        var records = new List<(byte[] Key, byte[] Value)>(count);
        for (int i = 0; i < count; i++)
        {
            var key = new byte[KeySpace.KeyBytes];
            space.WriteKey(i, key);
            records.Add((key, values[i]));
        }

        double plain = values.Sum(static value => (double)value.Length) + (count * (KeySpace.KeyBytes + StoreFolder.KeyPrefix.Length));
        var folders = new Dictionary<string, PackedFolder>();
        try
        {
            folders["raw segment"] = new PackedFolder(session.NewFolder("packed-raw"), null, records);
            foreach (CompressionLevel level in Levels)
                folders[level.ToString()] = new PackedFolder(session.NewFolder($"packed-{level}"), level, records);
            AddSizes(session, folders, records, plain);
            AddPacking(session, folders, plain);
            AddReads(session, folders, records);
            AddUncached(session, folders, records);
            (double passed, double bits) = folders[nameof(CompressionLevel.Balanced)].MeasureFilter(2_000_000, 1);
            Add(session, "filter, absent keys", EngineNames.Ours, 100 * passed, "% pass", new() { Bytes = bits / 8, BytesOf = "B of filter a key", GoalAtMost = FilterGoalPercent });
        }
        finally
        {
            foreach (PackedFolder folder in folders.Values)
                folder.Dispose();
        }
    }

    private void AddSizes(
        BenchSession session, Dictionary<string, PackedFolder> folders, List<(byte[] Key, byte[] Value)> records, double plain)
    {
        foreach ((string name, PackedFolder folder) in folders)
        {
            double? goal = name switch { "Balanced" => BalancedGoal, "Max" => MaxGoal, _ => null };
            AddSize(session, $"ours, {name}", folder.FileBytes, records.Count, plain, goal);
        }

        using (Codec codec = Codec.Zstd(PeerLevel, null))
        {
            var buffer = new byte[Zstd.Bound(records.Max(static record => record.Value.Length)) + 64];
            long bytes = records.Sum(record => (long)record.Key.Length + codec.Encode(record.Value, buffer));
            AddSize(session, "zstd -3 of each value, and its key", bytes, records.Count, plain, null);
        }

        if (Peer.HasRedis)
        {
            using var server = new RedisPeer(session.NewFolder("packed-redis"), null);
            AddSize(session, "Redis used_memory", RedisRecords.UsedMemory(server, records), records.Count, plain, null);
        }

        if (Peer.HasSqlite)
        {
            string path = Path.Combine(session.NewFolder("packed-sqlite"), "db");
            using (var sqlite = new SqliteConnection(path, "OFF"))
            {
                sqlite.Execute("BEGIN");
                foreach ((byte[] key, byte[] value) in records)
                    sqlite.Put(key, value);
                sqlite.Execute("COMMIT");
                sqlite.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            }

            AddSize(session, "SQLite file", new FileInfo(path).Length, records.Count, plain, null);
        }
    }

    private void AddSize(BenchSession session, string engine, double bytes, int count, double plain, double? goal) =>
        Add(session, "keys and values over bytes kept", engine, plain / bytes, "×", new() { Bytes = bytes / count, BytesOf = "B a record", GoalAtLeast = goal });

    private void AddPacking(BenchSession session, Dictionary<string, PackedFolder> folders, double plain)
    {
        foreach (CompressionLevel level in Levels)
        {
            PackedFolder folder = folders[level.ToString()];
            Add(session, "packing", $"ours, {level}", plain / folder.PackSeconds / 1e6, "MB/s", new() { Bytes = folder.PeakBytes, BytesOf = "B of RAM at most" });
        }
    }

    private void AddReads(BenchSession session, Dictionary<string, PackedFolder> folders, List<(byte[] Key, byte[] Value)> records)
    {
        int reads = session.Quick ? 20_000 : 200_000;
        foreach ((string name, PackedFolder folder) in folders)
        {
            folder.Read(records, reads / 10, uncached: false, seed: 2);
            Samples samples = folder.Read(records, reads, uncached: false, seed: 3);
            AddLatency(session, "point read, page cache", $"ours, {name}", samples, name == "Balanced" ? ReadGoalUs : null);
        }

        if (!Peer.HasLmdb)
            return;
        using var lmdb = new LmdbFile(Path.Combine(session.NewFolder("packed-lmdb"), "db"), 1L << 30);
        lmdb.Load(records);
        AddLatency(session, "point read, page cache", "LMDB, raw, copied", ReadLmdb(lmdb, records, reads), null);
    }

    private static Samples ReadLmdb(LmdbFile lmdb, List<(byte[] Key, byte[] Value)> records, int reads)
    {
        var random = new Random(3);
        var samples = new Samples();
        var copy = new byte[8 << 10];
        IntPtr transaction = lmdb.Begin(LmdbNative.ReadOnly);
        for (int i = 0; i < reads; i++)
        {
            byte[] key = records[random.Next(records.Count)].Key;
            long start = Stopwatch.GetTimestamp();
            LmdbNative.Reset(transaction);
            LmdbNative.Check(LmdbNative.Renew(transaction), "renew");
            lmdb.Get(transaction, key).CopyTo(copy);
            samples.Add(Stopwatch.GetTimestamp() - start);
        }

        LmdbNative.Abort(transaction);
        samples.Sort();
        return samples;
    }

    private void AddUncached(BenchSession session, Dictionary<string, PackedFolder> folders, List<(byte[] Key, byte[] Value)> records)
    {
        int reads = session.Quick ? 300 : 2_000;
        PackedFolder balanced = folders[nameof(CompressionLevel.Balanced)];
        var random = new Random(4);
        var direct = new Samples();
        using (var file = new DirectFile(balanced.LargestFile))
        {
            for (int i = 0; i < reads; i++)
                direct.Add(file.Read(random.NextInt64(file.Pages)));
        }

        direct.Sort();
        double least = direct.PercentileNs(50) / 1e3;
        AddLatency(session, "point read, disk", "raw 4 KiB, O_DIRECT", direct, null);
        AddLatency(session, "point read, disk", "ours, Balanced", balanced.Read(records, reads, uncached: true, seed: 5), DirectGoal * least);
        AddLatency(session, "point read, disk", "ours, raw segment", folders["raw segment"].Read(records, reads, uncached: true, seed: 5), null);
    }

    private void AddLatency(BenchSession session, string what, string engine, Samples samples, double? goalUs)
    {
        double p50 = samples.PercentileNs(50) / 1e3;
        Add(session, what, engine, p50, "µs", new() { P50Us = p50, P99Us = samples.PercentileNs(99) / 1e3, GoalAtMost = goalUs });
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
        GoalAtMost = extra.GoalAtMost,
        GoalAtLeast = extra.GoalAtLeast,
    });

    private readonly record struct Extra(
        double? P50Us, double? P99Us, double? Bytes, string? BytesOf, double? GoalAtMost, double? GoalAtLeast);
}
