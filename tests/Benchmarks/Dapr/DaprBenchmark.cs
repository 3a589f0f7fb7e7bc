using System.Net;
using System.Net.Sockets;
using Thermocline.Benchmarks.Events;
using Thermocline.Benchmarks.Http;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;
using Thermocline.Benchmarks.Wire;

namespace Thermocline.Benchmarks.Dapr;

/// <summary>
/// Get and Set of 1 KiB through the component's socket, as daprd calls them, beside redis-server on its own socket with as many
/// requests under way: on one connection, which is what daprd has, and on one for each.
/// </summary>
internal sealed class DaprBenchmark : IBenchmark
{
    private const int ValueBytes = 1024;

    public string Name => "dapr";

    public string Summary => "Get and Set of 1 KiB through the component's socket (gRPC) beside redis-server on its own, equal clients";

    public void Run(BenchSession session)
    {
        if (MeasuredSidecar.Find(session.Arguments.Sidecar) is not { } executable)
        {
            session.Skip(MeasuredSidecar.Missing);
            return;
        }

        if (!Peer.HasRedis)
            session.Skip(Peer.MissingRedis);
        var space = new KeySpace(session.Arguments.Seed, session.Quick ? 5_000 : 50_000, ValueBytes);
        using var sidecar = new MeasuredSidecar(
            executable, session.NewFolder("dapr-sidecar"), Path.Combine(session.SocketFolder, "sidecar.sock"), componentFolder: session.SocketFolder);
        var component = new UnixDomainSocketEndPoint(Path.Combine(session.SocketFolder, "thermocline.sock"));
        using RedisPeer? redis = Peer.HasRedis ? new(session.NewFolder("dapr-redis"), "always") : null;
        using (CallClient client = State(component, space, writes: true, (1, 64)))
            client.RunThroughKeys(session.Cancellation);
        if (redis is not null)
        {
            using var client = new WireClient(redis.Unix, new RespProtocol(space, writes: true), space, 64);
            client.RunThroughKeys(session.Cancellation);
        }

        int number = 0;
        foreach (bool writes in new[] { false, true })
        {
            foreach (int atOnce in new[] { 1, 16, 64 })
                Compare(session, space, (component, redis?.Unix), new WireCase(number++, writes, Unix: true, atOnce));
        }

        foreach ((int batch, int atOnce) in new[] { (1, 1), (1, 64), (100, 4), (1_000, 4) })
            Publish(session, (component, redis), batch, atOnce);
    }

    private static CallClient State(EndPoint component, KeySpace space, bool writes, (int, int) shape) =>
        new(component, space, new StateCalls(space, writes), writes ? 5 : 5 + ValueBytes, shape);

    private void Publish(BenchSession session, (EndPoint Component, RedisPeer? Redis) servers, int batch, int atOnce)
    {
        TimeSpan duration = TimeSpan.FromMilliseconds(session.Quick ? 200 : 800);
        var source = new EventSource(session.Arguments.Seed);
        var calls = new PublishCalls(source.Next(Math.Max(8_000, batch)), batch);
        var draws = new KeySpace(session.Arguments.Seed, 1, 8);
        List<double> ours = [], redis = [];
        for (int round = -1; round < (session.Quick ? 2 : 5); round++)
        {
            using var client = new CallClient(servers.Component, draws, calls, 5, (1, atOnce));
            double perSecond = client.Run(round + 1, duration, session.Cancellation).Count * batch / duration.TotalSeconds;
            double peer = servers.Redis is null ? 0 : PublishRuns.Redis(servers.Redis, "bench", source, atOnce, batch, duration).PerSecond;
            if (round < 0)
                continue;
            ours.Add(perSecond);
            redis.Add(peer);
        }

        string title = $"publish 100 B through the socket, {atOnce} at once × batches of {batch:N0}";
        double our = Samples.Median(ours), their = Samples.Median(redis);
        session.Add(new Row { Benchmark = Name, Case = title, Engine = EngineNames.Ours + ", one connection", Figure = our, Unit = "events/s" });
        if (servers.Redis is not null)
        {
            session.Add(new Row
            {
                Benchmark = Name,
                Case = title,
                Engine = EngineNames.Redis + " XADD, appendfsync always",
                Figure = their,
                Unit = "events/s",
                OursBetterBy = our / their,
            });
        }

        session.Say($"{title}: {our:N0}/s, redis {their:N0}/s");
    }

    private void Compare(BenchSession session, KeySpace space, (EndPoint Component, EndPoint? Redis) servers, WireCase @case)
    {
        int atOnce = @case.Connections;
        TimeSpan duration = TimeSpan.FromMilliseconds(session.Quick ? 200 : 800);
        var redis = new RespProtocol(space, @case.Writes);
        var one = new WireEntrant(EngineNames.Ours + ", one connection", servers.Component, redis);
        var each = new WireEntrant(EngineNames.Ours + ", a connection each", servers.Component, redis);
        var peer = new WireEntrant(EngineNames.Redis + " appendfsync always", servers.Redis ?? servers.Component, redis);
        for (int round = -1; round < (session.Quick ? 2 : 5); round++)
        {
            int turn = @case.TurnOf(round);
            Note(one, () => Ours(1, atOnce, turn), round);
            if (atOnce > 1)
                Note(each, () => Ours(atOnce, 1, turn), round);
            if (servers.Redis is not null)
                Note(peer, () => Redis(turn), round);
        }

        string title = $"{(@case.Writes ? "Set" : "Get")} 1 KiB, {atOnce} at once";
        WireEntrant[] entrants = [one, .. atOnce > 1 ? [each] : Array.Empty<WireEntrant>(), .. servers.Redis is not null ? [peer] : Array.Empty<WireEntrant>()];
        foreach (WireEntrant entrant in entrants)
        {
            session.Add(new Row
            {
                Benchmark = Name,
                Case = title,
                Engine = entrant.Engine,
                Figure = entrant.PerSecond,
                Unit = "calls/s",
                P50Us = entrant.P50Us,
                P99Us = entrant.P99Us,
                OursBetterBy = entrant == peer ? one.PerSecond / entrant.PerSecond : null,
            });
        }

        session.Say($"{title}: " + string.Join(", ", entrants.Select(entrant => $"{entrant.Engine} {entrant.PerSecond:N0}/s")));

        void Note(WireEntrant entrant, Func<Samples> run, int round)
        {
            Samples samples = run();
            if (round >= 0)
                entrant.Note(samples, duration);
        }

        Samples Ours(int connections, int callsAtOnce, int turn)
        {
            using CallClient client = State(servers.Component, space, @case.Writes, (connections, callsAtOnce));
            return client.Run(turn, duration, session.Cancellation);
        }

        Samples Redis(int turn)
        {
            using var client = new WireClient(servers.Redis!, redis, space, atOnce);
            return client.Run(turn, duration, session.Cancellation);
        }
    }
}
