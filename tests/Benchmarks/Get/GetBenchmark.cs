using System.Globalization;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;

namespace Thermocline.Benchmarks.Get;

/// <summary>Random gets of 1 KiB values that are all in RAM, every engine filled with the same keys and asked in the same order.</summary>
internal sealed class GetBenchmark : IBenchmark
{
    private const int ValueBytes = 1024;
    private const int Checked = 5_000;

    public string Name => "store-get";

    public string Summary => "random get of 1 KiB values in RAM against ConcurrentDictionary, LMDB and SQLite";

    public void Run(BenchSession session)
    {
        var space = new KeySpace(session.Arguments.Seed, session.Quick ? 100_000 : 1_000_000, ValueBytes);
        int lookups = session.Quick ? 200_000 : 1_000_000;
        var entrants = new List<GetEntrant>();
        try
        {
            foreach (string engine in Engines(session))
                entrants.Add(Start(session, engine, space, lookups));
            foreach (GetCase @case in GetCase.All)
                Compare(session, @case, entrants);
            IndexComparison.Report(session, Name, space, [.. entrants]);
        }
        finally
        {
            foreach (GetEntrant entrant in entrants)
                entrant.Dispose();
        }
    }

    private static IEnumerable<string> Engines(BenchSession session)
    {
        yield return EngineNames.Ours;
        yield return EngineNames.Dictionary;
        if (Peer.HasLmdb)
            yield return EngineNames.Lmdb;
        else
            session.Skip(Peer.MissingLmdb);
        if (Peer.HasSqlite)
            yield return EngineNames.Sqlite;
        else
            session.Skip(Peer.MissingSqlite);
    }

    private static GetEntrant Start(BenchSession session, string engine, KeySpace space, int lookups)
    {
        string[] words =
        [
            ChildCatalogue.Read, engine, session.NewFolder("get-" + engine),
            space.Seed.ToString(CultureInfo.InvariantCulture), space.Count.ToString(CultureInfo.InvariantCulture),
            space.ValueBytes.ToString(CultureInfo.InvariantCulture), lookups.ToString(CultureInfo.InvariantCulture),
        ];
        var child = new ChildProcess(words, session.Cancellation);
        Facts facts = child.Ask("load");
        child.Ask($"check {Math.Min(Checked, lookups)}");
        session.Say($"{engine}: loaded {space.Count:N0} keys in {facts["loadSeconds"]:0.0} s; {facts}");
        return new(engine, child, facts, lookups);
    }

    private void Compare(BenchSession session, GetCase @case, List<GetEntrant> entrants)
    {
        GetEntrant[] takingPart = [.. entrants.Where(entrant => @case.Includes(entrant.Engine))];
        int rounds = session.Quick ? 3 : 7;
        var figures = takingPart.ToDictionary(entrant => entrant, _ => new List<double>());
        // The round before the first is for the just-in-time compiler and the caches and is not counted.
        for (int round = -1; round < rounds; round++)
        {
            foreach (GetEntrant entrant in takingPart)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                Facts facts = entrant.Run(@case);
                if (round >= 0)
                    figures[entrant].Add(facts["nsPerGet"]);
                entrant.AllocatedPerGet = facts["allocatedPerGet"];
            }
        }
        double ours = Samples.Median(figures[takingPart[0]]);
        foreach (GetEntrant entrant in takingPart)
            session.Add(RowOf(@case, entrant, Samples.Median(figures[entrant]), ours));
        session.Say($"{@case.Title}: " + string.Join(", ", takingPart.Select(entrant =>
            $"{entrant.Engine} {Samples.Median(figures[entrant]):0} ns ({entrant.AllocatedPerGet:0.#} B allocated)")));
    }

    private Row RowOf(GetCase @case, GetEntrant entrant, double median, double ours)
    {
        Facts? latency = @case.Threads == 1 && !@case.Copies ? entrant.Latency(@case.Mode) : null;
        bool peer = entrant.Engine != EngineNames.Ours;
        return new()
        {
            Benchmark = Name,
            Case = @case.Title,
            Engine = entrant.Engine,
            Figure = median,
            Unit = "ns/get",
            P50Us = latency?["p50"] / 1000,
            P99Us = latency?["p99"] / 1000,
            OursBetterBy = peer ? median / ours : null,
            GoalRatio = peer ? @case.GoalAgainst(entrant.Engine) : null,
        };
    }
}
