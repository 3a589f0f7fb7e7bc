using System.Globalization;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Report;

namespace Thermocline.Benchmarks.Growth;

/// <summary>What grows with the number of records, from 10 thousand to 10 million: memory, time to open, cost of a read, disk.</summary>
internal sealed class GrowthBenchmark : IBenchmark
{
    private const double Mebibyte = 1 << 20;
    private const long Far = 100_000_000;

    public string Name => "growth";

    public string Summary => "memory, open time, read cost and disk from 10 thousand to 10 million records, packed";

    public void Run(BenchSession session)
    {
        int[] sizes = session.Quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000, 10_000_000];
        var index = new List<(int Records, double Bytes)>();
        foreach (int records in sizes)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            string folder = session.NewFolder("growth");
            Facts built = Ask(session, folder, records, "build");
            Facts read = Ask(session, folder, records, "read");
            index.Add((records, built["indexBytes"]));
            string size = records.ToString("N0", CultureInfo.InvariantCulture);
            Add(session, $"{size}: written", records / built["writeSeconds"], "records/s");
            Add(session, $"{size}: index", built["indexBytes"] / records, "bytes a key");
            Add(session, $"{size}: packed", built["packBytesIn"] / Mebibyte / Math.Max(built["packSeconds"], 0.001), "MiB/s", bytes: built["peakBytes"], of: "peak resident, writing and packing");
            Add(session, $"{size}: files", built["files"], "files", bytes: built["diskBytes"] / records, of: "on disk a record");
            Add(session, $"{size}: open to first value", read["openMilliseconds"], "ms");
            Add(session, $"{size}: read at random", read["p50Us"], "µs (median)", p99: read["p99Us"]);
            Add(session, $"{size}: resident after 30,000 reads", read["residentBytes"] / Mebibyte, "MiB", bytes: (read["indexBytes"] + read["packedBytes"]) / records, of: "index pages loaded by them and directories, a record");
            session.Say($"{size} records done");
            Directory.Delete(folder, recursive: true);
        }

        (int few, double small) = index[^2];
        (int many, double large) = index[^1];
        double slope = (large - small) / (many - few);
        Add(session, "index, slope between the two largest", slope, "bytes a key");
        Add(session, $"index at {Far:N0} keys, from that slope (not measured)", (large + (slope * (Far - many))) / Mebibyte, "MiB");
    }

    private static Facts Ask(BenchSession session, string folder, int records, string request)
    {
        using ChildProcess child = new(
            [ChildCatalogue.Growth, folder, records.ToString(CultureInfo.InvariantCulture)], session.Cancellation);
        return child.Ask(request);
    }

    private void Add(
        BenchSession session, string what, double figure, string unit, double? p99 = null, double? bytes = null, string? of = null) =>
        session.Add(new Row
        {
            Benchmark = Name,
            Case = what,
            Engine = EngineNames.Ours,
            Figure = figure,
            Unit = unit,
            P99Us = p99,
            Bytes = bytes,
            BytesOf = of,
        });
}
