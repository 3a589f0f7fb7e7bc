using System.Diagnostics;
using System.Globalization;
using System.Text;
using Thermocline.Store;
using Thermocline.Store.Files;

namespace Thermocline.Testing.Cold;

/// <summary>
/// Writes records, lets all of them sink into a cold store, wipes the local folder, and brings the store back from the
/// cold store alone: once with the values left there, once whole. Every record is compared each time.
/// </summary>
public sealed class OffloadDriver(OffloadOptions options, Action<string> say)
{
    private const int Texts = 4_096;
    private const int MistakesMax = 20;
    private static readonly string[] Words =
    [
        "the", "agent", "remembers", "that", "a", "segment", "of", "memory", "was", "compressed", "and", "shipped", "before",
        "budget", "ran", "out", "user", "asked", "for", "deployment", "plan", "with", "rollback", "steps", "in", "cluster",
    ];

    private readonly ShiftedTime _time = new();
    private readonly List<string> _mistakes = [];
    private readonly string[] _texts = MakeTexts(options.Seed);

    private int Records => (int)Math.Max(1, options.Bytes / MeanValueBytes);

    private long MeanValueBytes => (long)_texts.Average(static text => text.Length) + 40;

    public async Task<OffloadReport> RunAsync(CancellationToken cancellation)
    {
        string first = Path.Combine(options.Folder, "first");
        (TimeSpan write, TimeSpan pack, TimeSpan offload, long warm) = await OffloadAsync(first, cancellation);
        long local = SizeOf(first);
        Directory.Delete(first, recursive: true);
        say($"wiped the local folder ({local:N0} bytes)");

        string second = Path.Combine(options.Folder, "second");
        long started = Stopwatch.GetTimestamp();
        await RestoreAsync(second, whole: false, cancellation);
        TieredStore stubs = Open(second);
        TimeSpan restoreStubs = Stopwatch.GetElapsedTime(started);
        (double[] reads, double requests) = await ReadAtRandomAsync(stubs, cancellation);
        long before = stubs.Status.Cold!.Fetches;
        started = Stopwatch.GetTimestamp();
        long plain = CheckAll(stubs, "restored with values in the cold store", cancellation);
        TimeSpan readAll = Stopwatch.GetElapsedTime(started);
        long readAllRequests = stubs.Status.Cold!.Fetches - before;
        await stubs.ShipAsync(cancellation);
        long objects = stubs.Status.Cold.Bytes;
        stubs.Dispose();
        Directory.Delete(second, recursive: true);

        string third = Path.Combine(options.Folder, "third");
        started = Stopwatch.GetTimestamp();
        await RestoreAsync(third, whole: true, cancellation);
        TieredStore whole = Open(third);
        TimeSpan restoreWhole = Stopwatch.GetElapsedTime(started);
        CheckAll(whole, "restored whole", cancellation);
        if (whole.Status.Cold!.Fetches > 0)
            _mistakes.Add("A store that was restored whole asked the cold store for a value.");
        whole.Dispose();
        Directory.Delete(third, recursive: true);
        return new OffloadReport(
            Records, plain, objects, warm, write, pack, offload, local, restoreStubs, reads, requests, readAll, readAllRequests,
            restoreWhole, _mistakes);
    }

    private async Task<(TimeSpan Write, TimeSpan Pack, TimeSpan Offload, long Warm)> OffloadAsync(
        string folder, CancellationToken cancellation)
    {
        using TieredStore store = Open(folder);
        long started = Stopwatch.GetTimestamp();
        var batch = new List<WriteOperation>();
        for (int i = 0; i < Records; i++)
        {
            batch.Add(new WriteOperation { Key = KeyOf(i), Value = ValueOf(i) });
            if (batch.Count < 1_000 && i + 1 < Records)
                continue;
            cancellation.ThrowIfCancellationRequested();
            await store.WriteAsync(batch.ToArray());
            batch.Clear();
        }

        TimeSpan write = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        // The open segment is sealed by what comes after it; the end of the log stays raw and is shipped as a tail.
        store.Pack(cancellation);
        TimeSpan pack = Stopwatch.GetElapsedTime(started);
        long warm = store.Status.Warm.Bytes;
        say($"{Records:N0} records written in {write.TotalSeconds:0.0} s, packed in {pack.TotalSeconds:0.0} s more");
        started = Stopwatch.GetTimestamp();
        await store.ShipAsync(cancellation);
        _time.Advance(TimeSpan.FromDays(400));
        for (int round = 0; round < 1_000 && await ShipOnAsync(store, cancellation); round++)
            say($"{store.Status.Cold!.ColdRecords:N0} records in the cold store alone");
        return (write, pack, Stopwatch.GetElapsedTime(started), warm);
    }

    /// <summary>One more round; whether it packed, shipped or evicted anything.</summary>
    private static async Task<bool> ShipOnAsync(TieredStore store, CancellationToken cancellation)
    {
        long before = MovesOf(store.Status);
        await store.ShipAsync(cancellation);
        return MovesOf(store.Status) > before;
    }

    private static long MovesOf(StoreStatus status) => status.Cold!.Evicted + status.Cold.Shipped + status.Packing.Runs;

    private async Task RestoreAsync(string folder, bool whole, CancellationToken cancellation)
    {
        RestoreReport report = await TieredStore.RestoreAsync(
            new DiskFiles(folder), options.Cold, _time, whole, null, cancellation);
        say($"restored {report.Segments:N0} segments and {report.Tails} tails, {(whole ? "whole" : "values left in the cold store")}");
    }

    private async Task<(double[] Us, double Requests)> ReadAtRandomAsync(TieredStore store, CancellationToken cancellation)
    {
        var random = new Random(options.Seed);
        var times = new double[Math.Min(options.ColdReads, Records)];
        long before = store.Status.Cold!.Fetches;
        for (int n = 0; n < times.Length; n++)
        {
            int i = random.Next(Records);
            long started = Stopwatch.GetTimestamp();
            await store.FetchAsync(KeyOf(i), cancellation);
            Check(store, i, "read at random");
            times[n] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        Array.Sort(times);
        return (times, (double)(store.Status.Cold!.Fetches - before) / times.Length);
    }

    private long CheckAll(TieredStore store, string what, CancellationToken cancellation)
    {
        long plain = 0;
        for (int i = 0; i < Records && _mistakes.Count < MistakesMax; i++)
        {
            if (i % 10_000 == 0)
                cancellation.ThrowIfCancellationRequested();
            plain += Check(store, i, what);
        }

        say($"{Records:N0} records compared, {what}");
        return plain;
    }

    private long Check(TieredStore store, int i, string what)
    {
        byte[] expected = ValueOf(i);
        byte[] key = KeyOf(i);
        using ReadLease lease = store.Read(key);
        if (!lease.Found || !lease.Value.SequenceEqual(expected))
            _mistakes.Add($"{what}: record {i} is {(lease.Found ? "another one" : "missing")}.");
        return key.Length + expected.Length;
    }

    private TieredStore Open(string folder) => TieredStore.Open(
        new StoreOptions
        {
            HotBytes = 16 << 20,
            SegmentBytes = (int)Math.Clamp(options.Bytes / 16, 1 << 20, 16 << 20),
            Durability = DurabilityPolicy.Interval,
            ChunkCacheBytes = 4 << 20,
            Cold = new ColdOptions { Background = false, MovesMax = 1000 },
        },
        new DiskFiles(folder), _time, options.Cold);

    private static long SizeOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);

    private static byte[] KeyOf(int i) => Keys.Compose("memories", i.ToString("D9", CultureInfo.InvariantCulture));

    private byte[] ValueOf(int i)
    {
        string text = _texts[(int)((long)i * 7_919 % Texts)];
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"id":{{i}},"run":{{options.Seed}},"text":"{{text}}"}"""));
    }

    private static string[] MakeTexts(int seed)
    {
        var random = new Random(seed);
        var texts = new string[Texts];
        for (int i = 0; i < texts.Length; i++)
        {
            var text = new StringBuilder();
            for (int left = random.Next(40, 300); left > 0; left--)
                text.Append(random.Next(4) == 0 ? random.Next(100_000).ToString(CultureInfo.InvariantCulture) : Words[random.Next(Words.Length)]).Append(' ');
            texts[i] = text.ToString();
        }

        return texts;
    }

    /// <summary>The system's clock, moved forwards.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        private TimeSpan _ahead;

        public void Advance(TimeSpan by) => _ahead += by;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
    }
}
