using System.Globalization;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;

namespace Thermocline.Benchmarks.MemoryEvents;

/// <summary>
/// What it costs that a saved memory is told: saves with an event of each beside saves without, and beside a Redis that adds a hash and
/// an entry of a stream in one transaction.
/// </summary>
internal sealed class MemoryEventsBenchmark : IBenchmark
{
    private const string Told = "thermocline, memory.write";
    private const string Untold = "thermocline, no events";
    private const string Redis = "redis MULTI HSET XADD";

    private static readonly (int Savers, int Batch)[] Cases = [(1, 1), (16, 1), (64, 1), (4, 100)];

    public string Name => "memory-events";

    public string Summary => "durable saves of memories of 256 B with and without an event of each, beside Redis (MULTI HSET XADD, appendfsync=always)";

    public void Run(BenchSession session)
    {
        if (Machine.FileSystemOf(session.Folder) is "tmpfs" or "ramfs")
            session.Say("The folder is in RAM: nothing here is durable, do not quote these figures. Choose another --folder.");
        if (!Peer.HasRedis)
            session.Skip(Peer.MissingRedis);
        using var told = new SavingFolder(session.NewFolder("told"), isTold: true);
        using var untold = new SavingFolder(session.NewFolder("untold"), isTold: false);
        using RedisPeer? redis = Peer.HasRedis ? new(session.NewFolder("redis"), "always") : null;
        var duration = TimeSpan.FromMilliseconds(session.Quick ? 250 : 1_000);
        foreach ((int savers, int batch) in Cases)
        {
            List<(string Engine, Func<SaveFigures> Run)> entrants =
            [
                (Told, () => told.Save(savers, batch, duration)),
                (Untold, () => untold.Save(savers, batch, duration)),
            ];
            if (redis is not null)
                entrants.Add((Redis, () => RedisSaves.Run(redis, savers, batch, duration)));
            Compare(session, string.Create(CultureInfo.InvariantCulture, $"save, {savers} × {batch}"), entrants);
        }

        Weigh(session, told, untold);
    }

    private void Compare(BenchSession session, string name, List<(string Engine, Func<SaveFigures> Run)> entrants)
    {
        var turns = entrants.ToDictionary(static entrant => entrant.Engine, static _ => new List<SaveFigures>());
        // The round before the first warms code and files up and is not counted.
        for (int round = -1; round < (session.Quick ? 3 : 5); round++)
        {
            foreach ((string engine, Func<SaveFigures> run) in entrants)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                SaveFigures figures = run();
                if (round >= 0)
                    turns[engine].Add(figures);
            }
        }

        double ours = Median(turns[Told], static figures => figures.PerSecond);
        foreach ((string engine, _) in entrants)
        {
            double perSecond = Median(turns[engine], static figures => figures.PerSecond);
            session.Add(new Row
            {
                Benchmark = Name,
                Case = name,
                Engine = engine,
                Figure = perSecond,
                Unit = "memories/s",
                P50Us = Median(turns[engine], static figures => figures.Saves.PercentileNs(50)) / 1_000,
                P99Us = Median(turns[engine], static figures => figures.Saves.PercentileNs(99)) / 1_000,
                Bytes = engine == Redis ? null : Median(turns[engine], static figures => figures.AllocatedPerMemory),
                BytesOf = engine == Redis ? null : "allocated a memory",
                OursBetterBy = engine == Told ? null : ours / perSecond,
            });
        }

        session.Say($"{name}: " + string.Join(", ", entrants.Select(entrant =>
            $"{entrant.Engine} {Median(turns[entrant.Engine], static figures => figures.PerSecond):N0}/s")));
    }

    private void Weigh(BenchSession session, params SavingFolder[] folders)
    {
        foreach (SavingFolder folder in folders)
        {
            session.Add(new Row
            {
                Benchmark = Name,
                Case = "bytes of the log a memory",
                Engine = folder.IsTold ? Told : Untold,
                Figure = folder.LogBytesPerMemory,
                Unit = "B",
            });
            session.Say($"{(folder.IsTold ? Told : Untold)}: {folder.LogBytesPerMemory:N0} B of log a memory");
        }
    }

    private static double Median(List<SaveFigures> turns, Func<SaveFigures, double> value)
    {
        double[] values = [.. turns.Select(value).Order()];
        return values[values.Length / 2];
    }
}
