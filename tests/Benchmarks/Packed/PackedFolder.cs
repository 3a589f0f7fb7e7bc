using System.Diagnostics;
using Thermocline.Benchmarks.Measure;
using Thermocline.Store;
using Thermocline.Store.Accounting;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Packed;

namespace Thermocline.Benchmarks.Packed;

/// <summary>A store of ours whose records were packed at a level, or left raw.</summary>
internal sealed class PackedFolder : IDisposable
{
    private const int BatchPuts = 100;

    // Packed with the default, of which the sample for dictionaries is a part; read with nearly everything out of RAM.
    private const long HotBytesWhenReading = 1 << 20;
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(1);
    private readonly string _folder;
    private readonly TieredStore _store;

    public PackedFolder(string folder, CompressionLevel? level, IReadOnlyList<(byte[] Key, byte[] Value)> records)
    {
        _folder = folder;
        StoreOptions options = new()
        {
            BackgroundPacking = false,
            ChunkCacheBytes = 0,
            Compression = level ?? CompressionLevel.Off,
            Durability = DurabilityPolicy.Never,
        };
        using (TieredStore store = Open(options))
            Fill(store, records);
        _store = Open(options);
        if (level is null)
        {
            _store.Memory.HotBytes = HotBytesWhenReading;
            return;
        }

        // Segments that the first start did not seal are sealed now.
        SpinWait.SpinUntil(() => _store.IsSettled, SettleLimit);
        long before = ResetPeak();
        long start = Stopwatch.GetTimestamp();
        _store.Pack(CancellationToken.None);
        PackSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        PeakBytes = Peak() - before;
        _store.Memory.HotBytes = HotBytesWhenReading;
        if (Directory.EnumerateFiles(folder, "*.seg", SearchOption.AllDirectories).Any())
            throw new InvalidOperationException("Not every segment was packed.");
    }

    public double PackSeconds { get; }

    /// <summary>How much more RAM the process took at most while packing.</summary>
    public long PeakBytes { get; }

    /// <summary>Bytes of all files of the log: records, keys, filters, directories, dictionaries.</summary>
    public long FileBytes => Files.Sum(static file => new FileInfo(file).Length);

    public string LargestFile => Files.MaxBy(static file => new FileInfo(file).Length)!;

    private IEnumerable<string> Files => Directory.EnumerateFiles(Path.Combine(_folder, "log"), "*", SearchOption.AllDirectories);

    /// <summary>Reads records that are not in the hot tier, in random order, and compares every byte.</summary>
    public Samples Read(IReadOnlyList<(byte[] Key, byte[] Value)> records, int count, bool uncached, int seed)
    {
        var random = new Random(seed);
        var samples = new Samples();
        while (samples.Count < count)
        {
            (byte[] key, byte[] value) = records[random.Next(records.Count)];
            if (uncached)
                PageCache.Drop(Path.Combine(_folder, "log"));
            long start = Stopwatch.GetTimestamp();
            using ReadLease lease = _store.Read(KeyOf(key));
            long ticks = Stopwatch.GetTimestamp() - start;
            if (!lease.Value.SequenceEqual(value))
                throw new InvalidOperationException("A record came back changed.");
            if (lease.Tier == Tier.Warm)
                samples.Add(ticks);
        }

        samples.Sort();
        return samples;
    }

    /// <summary>Share of tags that no record has and a filter lets pass, and bits of filter for a key.</summary>
    public (double FalsePositives, double BitsPerKey) MeasureFilter(int probes, int seed)
    {
        var files = new DiskFiles(_folder);
        string path = Path.GetRelativePath(_folder, LargestFile);
        if (!PackedNames.TryParse(Path.GetFileName(path), PackedNames.Suffix, out int first, out int last))
            throw new InvalidOperationException($"{path} is not packed.");
        using MemoryAccount account = new MemoryLedger().Open("states", "filters", MemoryKind.Managed);
        using var segment = new PackedSegment(
            files, new PackedShare(new ChunkCache(0, account), new DictionaryCache(account), account, account), first, last, path, null);
        var random = new Random(seed);
        int passed = 0;
        for (int i = 0; i < probes; i++)
            passed += segment.MayContain((ulong)random.NextInt64() & Tags.Mask) ? 1 : 0;
        return ((double)passed / probes, segment.Directory.FilterLength * 8.0 / segment.Trailer.Frames);
    }

    public void Dispose() => _store.Dispose();

    private static byte[] KeyOf(byte[] key) => [.. StoreFolder.KeyPrefix, .. key];

    private TieredStore Open(StoreOptions options) => TieredStore.Open(options, new DiskFiles(_folder), TimeProvider.System);

    private static void Fill(TieredStore store, IReadOnlyList<(byte[] Key, byte[] Value)> records)
    {
        for (int from = 0; from < records.Count; from += BatchPuts)
        {
            WriteOperation[] batch = [.. records.Skip(from).Take(BatchPuts).Select(static record =>
                new WriteOperation { Key = KeyOf(record.Key), Value = record.Value })];
            WriteAnswer answer = store.WriteAsync(batch).AsTask().GetAwaiter().GetResult();
            if (answer.Outcome != WriteOutcome.Done)
                throw new InvalidOperationException($"A put was answered {answer}.");
        }
    }

    /// <summary>Lets the kernel count the process's peak anew, and returns what is resident now.</summary>
    private static long ResetPeak()
    {
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Peak();
    }

    private static long Peak() => 1024 * ProcessMemory.KiBOf(
        File.ReadLines("/proc/self/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Replace('\t', ' '));
}
