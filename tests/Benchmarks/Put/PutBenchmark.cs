using System.Globalization;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;

namespace Thermocline.Benchmarks.Put;

/// <summary>Durable puts of 1 KiB: a put is over when the disk has it.</summary>
internal sealed class PutBenchmark : IBenchmark
{
    private const int ValueBytes = 1024;
    private const int Keys = 200_000;

    private static readonly int[] Writers = [1, 16, 64];

    public string Name => "store-put";

    public string Summary => "durable puts of 1 KiB at 1, 16 and 64 writers against SQLite (WAL, FULL) and Redis (appendfsync=always)";

    public void Run(BenchSession session)
    {
        if (Machine.FileSystemOf(session.Folder) is "tmpfs" or "ramfs")
            session.Say("The folder is in RAM: nothing here is durable, do not quote these figures. Choose another --folder.");
        var entrants = new List<(string Engine, ChildProcess Child)>();
        try
        {
            foreach (string engine in Engines(session))
                entrants.Add((engine, Start(session, engine)));
            foreach (int writers in Writers)
                Compare(session, writers, entrants);
        }
        finally
        {
            foreach ((_, ChildProcess child) in entrants)
                child.Dispose();
        }
    }

    private static IEnumerable<string> Engines(BenchSession session)
    {
        yield return EngineNames.Ours;
        if (!Peer.HasSqlite)
            session.Skip(Peer.MissingSqlite);
        if (!Peer.HasRedis)
            session.Skip(Peer.MissingRedis);
        if (Peer.HasSqlite)
        {
            yield return EngineNames.SqliteShared;
            yield return EngineNames.SqliteOwn;
        }
        if (Peer.HasRedis)
            yield return EngineNames.Redis;
    }

    private static ChildProcess Start(BenchSession session, string engine)
    {
        string[] words =
        [
            ChildCatalogue.Put, engine, session.NewFolder("put-" + engine.Replace(' ', '-')),
            session.Arguments.Seed.ToString(CultureInfo.InvariantCulture), Keys.ToString(CultureInfo.InvariantCulture),
            ValueBytes.ToString(CultureInfo.InvariantCulture),
        ];
        return new(words, session.Cancellation);
    }

    private void Compare(BenchSession session, int writers, List<(string Engine, ChildProcess Child)> entrants)
    {
        int rounds = session.Quick ? 3 : 5;
        int milliseconds = session.Quick ? 250 : 1_000;
        var turns = entrants.ToDictionary(entrant => entrant.Engine, _ => new List<Facts>());
        // The round before the first warms code and files up and is not counted.
        for (int round = -1; round < rounds; round++)
        {
            foreach ((string engine, ChildProcess child) in entrants)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                Facts facts = child.Ask($"put {writers} {milliseconds}");
                if (round >= 0)
                    turns[engine].Add(facts);
            }
        }
        double ours = Median(turns[entrants[0].Engine], "perSecond");
        foreach ((string engine, _) in entrants)
            session.Add(RowOf(writers, engine, turns[engine], ours));
        session.Say($"{writers} writers: " + string.Join(", ", entrants.Select(entrant =>
            $"{entrant.Engine} {Median(turns[entrant.Engine], "perSecond"):N0}/s ({Median(turns[entrant.Engine], "allocatedPerPut"):N0} B allocated each)")));
    }

    private Row RowOf(int writers, string engine, List<Facts> turns, double ours)
    {
        double perSecond = Median(turns, "perSecond");
        bool peer = engine != EngineNames.Ours;
        return new()
        {
            Benchmark = Name,
            Case = writers == 1 ? "1 writer" : $"{writers} writers",
            Engine = engine,
            Figure = perSecond,
            Unit = "puts/s",
            P50Us = Median(turns, "p50") / 1000,
            P99Us = Median(turns, "p99") / 1000,
            OursBetterBy = peer ? ours / perSecond : null,
            GoalRatio = peer ? (engine == EngineNames.Redis ? 3 : 10) : null,
        };
    }

    private static double Median(List<Facts> turns, string name) => Samples.Median(turns.Select(facts => facts[name]));
}
