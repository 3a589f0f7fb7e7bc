using System.Diagnostics;
using System.Globalization;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;
using Thermocline.Events;
using Thermocline.Store;

namespace Thermocline.Benchmarks.Events;

/// <summary>The embedded bus in this process beside plain Redis Streams over a unix socket: events a second, latency, bytes an event.</summary>
internal sealed class EventsBenchmark : IBenchmark
{
    private static readonly int[] Publishers = [1, 4, 16];
    private static readonly int[] Batches = [1, 10, 100, 1_000];

    public string Name => "events";

    public string Summary => "durable events/s, handling and bytes per event, in process, beside Redis Streams (XADD)";

    public void Run(BenchSession session)
    {
        if (Machine.FileSystemOf(session.Folder) is "tmpfs" or "ramfs")
            session.Say("The folder is in RAM: nothing here is durable, do not quote these figures. Choose another --folder.");
        if (!Peer.HasRedis)
            session.Skip(Peer.MissingRedis);
        Handle(session);
        Weigh(session);
        Compare(session);
    }

    private void Compare(BenchSession session)
    {
        using var always = new BusFolder(session.NewFolder("events-always"), DurabilityPolicy.Always);
        using var interval = new BusFolder(session.NewFolder("events-interval"), DurabilityPolicy.Interval);
        using RedisPeer? redisAlways = StartRedis(session, "always");
        using RedisPeer? redisEverySecond = StartRedis(session, "everysec");
        var source = new EventSource(session.Arguments.Seed);
        var duration = TimeSpan.FromMilliseconds(session.Quick ? 200 : 800);
        int round = 0;
        foreach (int publishers in Publishers)
        {
            foreach (int batch in Batches)
            {
                List<(string Engine, Func<PublishFigures> Run)> entrants =
                [
                    ("thermocline always", () => PublishRuns.Ours(always, $"t{round++}", source, publishers, batch, duration)),
                    ("thermocline interval", () => PublishRuns.Ours(interval, $"t{round++}", source, publishers, batch, duration)),
                ];
                if (redisAlways is not null)
                    entrants.Add(("redis XADD always", () => PublishRuns.Redis(redisAlways, $"s{round++}", source, publishers, batch, duration)));
                if (redisEverySecond is not null)
                    entrants.Add(("redis XADD everysec", () => PublishRuns.Redis(redisEverySecond, $"s{round++}", source, publishers, batch, duration)));
                Compare(session, publishers, batch, entrants);
            }
        }
    }

    private void Compare(BenchSession session, int publishers, int batch, List<(string Engine, Func<PublishFigures> Run)> entrants)
    {
        var turns = entrants.ToDictionary(static entrant => entrant.Engine, static _ => new List<PublishFigures>());
        // The round before the first warms code and files up and is not counted.
        for (int round = -1; round < (session.Quick ? 1 : 3); round++)
        {
            foreach ((string engine, Func<PublishFigures> run) in entrants)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                PublishFigures figures = run();
                if (round >= 0)
                    turns[engine].Add(figures);
            }
        }

        double ours = Median(turns[entrants[0].Engine], static figures => figures.PerSecond);
        double oursAtIntervals = Median(turns[entrants[1].Engine], static figures => figures.PerSecond);
        foreach ((string engine, _) in entrants)
        {
            double perSecond = Median(turns[engine], static figures => figures.PerSecond);
            double? ratio = engine switch
            {
                "redis XADD always" => ours / perSecond,
                "redis XADD everysec" => oursAtIntervals / perSecond,
                _ => null,
            };
            session.Add(new Row
            {
                Benchmark = Name,
                Case = string.Create(CultureInfo.InvariantCulture, $"publish, {publishers} × batches of {batch}"),
                Engine = engine,
                Figure = perSecond,
                Unit = "events/s",
                P50Us = Median(turns[engine], static figures => figures.Publications.PercentileNs(50)) / 1_000,
                P99Us = Median(turns[engine], static figures => figures.Publications.PercentileNs(99)) / 1_000,
                Bytes = ratio is null ? Median(turns[engine], static figures => figures.AllocatedPerEvent) : null,
                BytesOf = ratio is null ? "allocated an event" : null,
                OursBetterBy = ratio,
                GoalAtLeast = engine == "thermocline always" && publishers == 16 && batch == 1_000 ? 1e6 : null,
            });
        }

        session.Say($"{publishers} × {batch}: " + string.Join(", ", entrants.Select(entrant =>
            $"{entrant.Engine} {Median(turns[entrant.Engine], static figures => figures.PerSecond):N0}/s")));
    }

    private void Handle(BenchSession session)
    {
        int count = session.Quick ? 200_000 : 2_000_000;
        using var folder = new BusFolder(session.NewFolder("events-handle"), DurabilityPolicy.Always);
        var source = new EventSource(session.Arguments.Seed);
        EventDraft[] pool = source.Next(10_000);
        var options = new SubscriptionOptions { Topic = "t", Group = "g" };
        Join(folder, options).DisposeAsync().AsTask().GetAwaiter().GetResult();
        for (int done = 0; done < count; done += 1_000)
            folder.Publish("t", pool.AsMemory(done % pool.Length, 1_000));
        long allocated = GC.GetTotalAllocatedBytes();
        long start = Stopwatch.GetTimestamp();
        IAsyncDisposable member = Join(folder, options);
        while (folder.Bus.Status.Topics[0].Groups[0].Lag > 0)
            Thread.Sleep(1);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        member.DisposeAsync().AsTask().GetAwaiter().GetResult();
        session.Add(new Row
        {
            Benchmark = Name,
            Case = "handle a backlog, 64 contexts, cursor durable",
            Engine = EngineNames.Ours,
            Figure = count / seconds,
            Unit = "events/s",
            Bytes = (GC.GetTotalAllocatedBytes() - allocated) / (double)count,
            BytesOf = "allocated an event",
        });
        session.Say($"handling: {count / seconds:N0} events/s");
    }

    private static IAsyncDisposable Join(BusFolder folder, SubscriptionOptions options) =>
        folder.Bus.SubscribeAsync(options, static (_, _) => new(Handling.Done), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private void Weigh(BenchSession session)
    {
        int count = session.Quick ? 100_000 : 1_000_000;
        string folder = session.NewFolder("events-weigh");
        var source = new EventSource(session.Arguments.Seed);
        long ram;
        long packed;
        using (var bus = new BusFolder(folder, DurabilityPolicy.Always))
        {
            for (int done = 0; done < count; done += 1_000)
                bus.Publish("t", source.Next(1_000));
            ram = bus.Store.Memory.Ledger.Bytes;
        }

        long disk = Size(folder);
        using (var bus = new BusFolder(folder, DurabilityPolicy.Always))
        {
            bus.Store.Pack(session.Cancellation);
            packed = bus.DiskBytes;
        }

        (long redisRam, long redisDisk)? redis = Peer.HasRedis ? WeighRedis(session, count) : null;
        void Add(string what, string engine, double bytes, double? ours = null) => session.Add(new Row
        {
            Benchmark = Name,
            Case = string.Create(CultureInfo.InvariantCulture, $"bytes per event of {EventSource.PayloadBytes} B, {count:N0} kept: {what}"),
            Engine = engine,
            Figure = bytes / count,
            Unit = "B",
            OursBetterBy = ours is null ? null : bytes / ours,
            GoalRatio = ours is null ? null : 1,
        });
        Add("disk", EngineNames.Ours, disk);
        Add("disk, packed", EngineNames.Ours, packed);
        Add("RAM, hot tier of 16 MiB", EngineNames.Ours, ram);
        if (redis is not { } peer)
            return;
        Add("disk (append-only file)", EngineNames.Redis, peer.redisDisk, disk);
        Add("RAM (used_memory)", EngineNames.Redis, peer.redisRam, ram);
        session.Say($"bytes per event: disk {disk / (double)count:N1}, packed {packed / (double)count:N1}, RAM {ram / (double)count:N1}; Redis {peer.redisDisk / (double)count:N1} and {peer.redisRam / (double)count:N1}");
    }

    private static (long Ram, long Disk) WeighRedis(BenchSession session, int count)
    {
        string folder = session.NewFolder("events-weigh-redis");
        var source = new EventSource(session.Arguments.Seed);
        using var server = new RedisPeer(folder, "everysec");
        using var connection = new RedisStream(server);
        long before = connection.UsedMemory();
        for (int done = 0; done < count; done += 1_000)
            connection.Send(RedisStream.Commands("s", source.Next(1_000)), 1_000);
        return (connection.UsedMemory() - before, Size(folder));
    }

    private static RedisPeer? StartRedis(BenchSession session, string appendFsync) =>
        Peer.HasRedis ? new(session.NewFolder("events-redis-" + appendFsync), appendFsync) : null;

    private static long Size(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);

    private static double Median(List<PublishFigures> turns, Func<PublishFigures, double> of) => Samples.Median(turns.Select(of));
}
