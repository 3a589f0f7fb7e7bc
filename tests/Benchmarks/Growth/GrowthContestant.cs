using System.Diagnostics;
using System.Globalization;
using System.Text;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;
using Thermocline.Store;
using Thermocline.Store.Files;

namespace Thermocline.Benchmarks.Growth;

/// <summary>
/// Runs in a child process. Requests: <c>build</c> writes the records and packs them; <c>read</c> opens the store, reads
/// records at random, and says what that took in time and memory.
/// </summary>
internal sealed class GrowthContestant(string folder, int records) : IContestant
{
    private const int BatchRecords = 1_000;
    private const int Reads = 30_000;
    private const long HotBytes = 32L << 20;

    private static readonly string[] Words =
        ["agent", "memory", "of", "the", "segment", "budget", "plan", "was", "shipped", "and", "read", "again", "by", "cluster"];

    public Facts Do(string request, string[] arguments) => request switch
    {
        "build" => Build(),
        "read" => Read(),
        _ => throw new ArgumentException($"Unknown request \"{request}\"."),
    };

    public void Dispose()
    {
    }

    private Facts Build()
    {
        (double write, long indexBytes) = Write();
        // Reopened, so that the last segment is sealed and packed with the others.
        using TieredStore store = Open();
        long start = Stopwatch.GetTimestamp();
        int runs = store.Pack(CancellationToken.None);
        double pack = Stopwatch.GetElapsedTime(start).TotalSeconds;
        PackingStatus packing = store.Status.Packing;
        return new()
        {
            ["writeSeconds"] = write,
            ["indexBytes"] = indexBytes,
            ["packSeconds"] = pack,
            ["packBytesIn"] = packing.BytesIn,
            ["runs"] = runs,
            ["files"] = store.Status.Segments,
            ["diskBytes"] = store.Status.Warm.Bytes,
            ["peakBytes"] = ProcessMemory.Of(Environment.ProcessId).PeakBytes,
        };
    }

    /// <summary>Seconds it took, and the bytes of the index, all of which is in memory then.</summary>
    private (double Seconds, long IndexBytes) Write()
    {
        using TieredStore store = Open();
        long start = Stopwatch.GetTimestamp();
        var batch = new WriteOperation[BatchRecords];
        for (int i = 0; i < records; i += BatchRecords)
        {
            for (int k = 0; k < BatchRecords; k++)
                batch[k] = new WriteOperation { Key = KeyOf(i + k), Value = ValueOf(i + k) };
            store.WriteAsync(batch).AsTask().GetAwaiter().GetResult();
        }

        return (Stopwatch.GetElapsedTime(start).TotalSeconds, store.Status.IndexBytes);
    }

    private Facts Read()
    {
        long start = Stopwatch.GetTimestamp();
        using TieredStore store = Open();
        Check(store, records / 2, ValueOf(records / 2));
        double open = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var random = new Random(1);
        var times = new double[Reads];
        for (int n = 0; n < Reads; n++)
        {
            int i = random.Next(records);
            byte[] expected = ValueOf(i);
            start = Stopwatch.GetTimestamp();
            Check(store, i, expected);
            times[n] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(times);
        StoreStatus status = store.Status;
        return new()
        {
            ["openMilliseconds"] = open,
            ["p50Us"] = times[Reads / 2],
            ["p99Us"] = times[Reads * 99 / 100],
            ["indexBytes"] = status.IndexBytes,
            ["packedBytes"] = status.Packing.MemoryBytes,
            ["residentBytes"] = ProcessMemory.Of(Environment.ProcessId).ResidentBytes,
        };
    }

    private static void Check(TieredStore store, int i, byte[] expected)
    {
        using ReadLease lease = store.Read(KeyOf(i));
        if (!lease.Value.SequenceEqual(expected))
            throw new InvalidOperationException($"Record {i} is wrong.");
    }

    private TieredStore Open() => TieredStore.Open(
        new StoreOptions { HotBytes = HotBytes, Durability = DurabilityPolicy.Never, BackgroundPacking = false },
        new DiskFiles(folder), TimeProvider.System);

    private static byte[] KeyOf(int i) => Keys.Compose("memories", i.ToString("D10", CultureInfo.InvariantCulture));

    private static byte[] ValueOf(int i)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\"id\":{i},\"text\":\"");
        ulong state = KeySpace.Mix((ulong)i);
        for (int word = 0; word < 24; word++)
        {
            text.Append(Words[(int)(state % (ulong)Words.Length)]).Append(' ');
            state = KeySpace.Mix(state + 1);
        }

        return Encoding.UTF8.GetBytes(text.Append(CultureInfo.InvariantCulture, $"{state:x16}\"}}").ToString());
    }
}
