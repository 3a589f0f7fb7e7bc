using System.Diagnostics;
using System.Globalization;
using System.Text;
using Thermocline.Benchmarks.Measure;
using Thermocline.Store;
using Thermocline.Store.Files;

namespace Thermocline.Benchmarks.Delta;

/// <summary>Documents that are updated again and again: bytes of log and time for a put, with delta frames and without.</summary>
internal sealed class DeltaBenchmark : IBenchmark
{
    private const int Keys = 500;
    private const int BatchPuts = 50;
    private const int Rounds = 5;

    public string Name => "delta";

    public string Summary => "updates of JSON documents of 4 KiB: log bytes and time for a put, with delta frames and without";

    public void Run(BenchSession session)
    {
        int versions = session.Quick ? 10 : 60;
        foreach (bool changesAll in new[] { false, true })
        {
            byte[][] values = Values(new JsonDocuments(Keys, changesAll), versions);
            var with = new List<Turn>();
            var without = new List<Turn>();
            for (int round = 0; round < (session.Quick ? 2 : Rounds); round++)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                // In turn first, so that neither always finds the disk as the other left it.
                bool deltasFirst = round % 2 == 0;
                (deltasFirst ? with : without).Add(Put(session, values, deltasFirst));
                (deltasFirst ? without : with).Add(Put(session, values, !deltasFirst));
            }

            string what = changesAll ? "every field changes" : "one field of 64 changes";
            Add(session, what, "with deltas", with, null);
            Add(session, what, "without deltas", without, with);
        }
    }

    private static byte[][] Values(JsonDocuments documents, int versions)
    {
        var values = new byte[versions * documents.Count][];
        for (int i = 0; i < values.Length; i++)
            values[i] = documents.Write(i % documents.Count, i / documents.Count);
        return values;
    }

    /// <summary>Policy never: the disk's sync would hide what the processor does.</summary>
    private static Turn Put(BenchSession session, byte[][] values, bool deltas)
    {
        string folder = session.NewFolder("delta");
        var options = new StoreOptions
        {
            DeltaFrames = deltas,
            Durability = DurabilityPolicy.Never,
            BackgroundPacking = false,
        };
        byte[][] keys = [.. Enumerable.Range(0, Keys).Select(static key =>
            (byte[])[.. StoreFolder.KeyPrefix, .. Encoding.UTF8.GetBytes(key.ToString(CultureInfo.InvariantCulture))])];
        var batch = new WriteOperation[BatchPuts];
        double ns;
        using (TieredStore store = TieredStore.Open(options, new DiskFiles(folder), TimeProvider.System))
        {
            long start = Stopwatch.GetTimestamp();
            for (int at = 0; at < values.Length; at += BatchPuts)
            {
                for (int i = 0; i < BatchPuts; i++)
                    batch[i] = new WriteOperation { Key = keys[(at + i) % Keys], Value = values[at + i] };
                WriteAnswer answer = store.WriteAsync(batch).AsTask().GetAwaiter().GetResult();
                if (answer.Outcome != WriteOutcome.Done)
                    throw new InvalidOperationException($"A put was answered {answer}.");
            }

            ns = Stopwatch.GetElapsedTime(start).TotalNanoseconds / values.Length;
        }

        long bytes = Directory.EnumerateFiles(folder, "*.seg", SearchOption.AllDirectories).Sum(static file => new FileInfo(file).Length);
        return new Turn(ns, (double)bytes / values.Length);
    }

    private void Add(BenchSession session, string what, string engine, List<Turn> turns, List<Turn>? ours)
    {
        double ns = Samples.Median(turns.Select(static turn => turn.Ns));
        session.Add(new()
        {
            Benchmark = Name,
            Case = what,
            Engine = engine,
            Figure = ns,
            Unit = "ns/put",
            Bytes = Samples.Median(turns.Select(static turn => turn.Bytes)),
            BytesOf = "B of log a put",
            OursBetterBy = ours is null ? null : ns / Samples.Median(ours.Select(static turn => turn.Ns)),
        });
    }

    private readonly record struct Turn(double Ns, double Bytes);
}
