using System.Globalization;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;

namespace Thermocline.Benchmarks.Open;

/// <summary>From opening a store that was stopped cleanly to the first checked value, at growing numbers of keys.</summary>
internal sealed class OpenBenchmark : IBenchmark
{
    private const int ValueBytes = 64;
    private const double GoalMilliseconds = 10;

    public string Name => "store-open";

    public string Summary => "open to first checked get at 10 thousand, 1 million and 10 million keys, beside SQLite and LMDB";

    public void Run(BenchSession session)
    {
        string[] engines = [.. Engines(session)];
        foreach (int keys in session.Quick ? [10_000, 100_000] : new[] { 10_000, 1_000_000, 10_000_000 })
        {
            var space = new KeySpace(session.Arguments.Seed, keys, ValueBytes);
            foreach (string engine in engines)
                Build(session, engine, space);
            foreach (OpenCase @case in OpenCase.All)
                Compare(session, @case, engines, space);
            foreach (string engine in engines)
                Directory.Delete(FolderOf(session, engine), recursive: true);
        }
    }

    private static IEnumerable<string> Engines(BenchSession session)
    {
        yield return EngineNames.Ours;
        if (Peer.HasSqlite)
            yield return EngineNames.Sqlite;
        else
            session.Skip(Peer.MissingSqlite);
        if (Peer.HasLmdb)
            yield return EngineNames.Lmdb;
        else
            session.Skip(Peer.MissingLmdb);
    }

    private static string FolderOf(BenchSession session, string engine) => Path.Combine(session.Folder, "open-" + engine);

    private static void Build(BenchSession session, string engine, KeySpace space)
    {
        session.NewFolder("open-" + engine);
        using ChildProcess child = Start(session, engine, space);
        Facts facts = child.Ask("build");
        session.Say($"{engine}: {space.Count:N0} keys built in {facts["seconds"]:0.0} s, {facts["bytes"] / (1 << 20):N0} MiB of files");
    }

    private static ChildProcess Start(BenchSession session, string engine, KeySpace space) => new(
        [
            ChildCatalogue.Open, engine, FolderOf(session, engine), space.Seed.ToString(CultureInfo.InvariantCulture),
            space.Count.ToString(CultureInfo.InvariantCulture), space.ValueBytes.ToString(CultureInfo.InvariantCulture),
        ], session.Cancellation);

    private void Compare(BenchSession session, OpenCase @case, string[] engines, KeySpace space)
    {
        int rounds = session.Quick ? 3 : 7;
        var figures = engines.ToDictionary(engine => engine, _ => new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            foreach (string engine in engines)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                figures[engine].Add(Once(session, @case, engine, space));
            }
        }
        double ours = Samples.Median(figures[EngineNames.Ours]);
        foreach (string engine in engines)
            session.Add(RowOf(@case, engine, space, figures[engine], ours));
        session.Say($"{space.Count:N0} keys, {@case.Title}: "
            + string.Join(", ", engines.Select(engine => $"{engine} {Samples.Median(figures[engine]):0.00} ms")));
    }

    /// <summary>Every open is the first one of a new process.</summary>
    private static double Once(BenchSession session, OpenCase @case, string engine, KeySpace space)
    {
        using ChildProcess child = Start(session, engine, space);
        if (@case.Rehearsed)
            child.Ask("rehearse");
        if (@case.DropsPages)
            PageCache.Drop(FolderOf(session, engine));
        return child.Ask("open")["milliseconds"];
    }

    private Row RowOf(OpenCase @case, string engine, KeySpace space, List<double> figures, double ours)
    {
        double median = Samples.Median(figures);
        bool peer = engine != EngineNames.Ours;
        return new()
        {
            Benchmark = Name,
            Case = string.Create(CultureInfo.InvariantCulture, $"{space.Count:N0} keys, {@case.Title}"),
            Engine = engine,
            Figure = median,
            Unit = "ms",
            OursBetterBy = peer ? median / ours : null,
            GoalAtMost = !peer && @case.HasGoal ? GoalMilliseconds : null,
        };
    }
}
