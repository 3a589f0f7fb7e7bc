using System.Net;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;
using Thermocline.Benchmarks.Wire;

namespace Thermocline.Benchmarks.Http;

/// <summary>GET and PUT of 1 KiB over a socket, our sidecar's HTTP beside redis-server's own protocol, with the same client.</summary>
internal sealed class HttpBenchmark : IBenchmark
{
    private const int ValueBytes = 1024;

    private static readonly int[] Connections = [1, 16, 64];

    public string Name => "http";

    public string Summary => "HTTP GET and PUT of 1 KiB on the unix socket and on loopback beside redis-server, equal clients";

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
        using var sidecar = new MeasuredSidecar(executable, session.NewFolder("http-sidecar"), Path.Combine(session.SocketFolder, "sidecar.sock"));
        using RedisPeer? redis = StartRedis(session, "always");
        using RedisPeer? volatileRedis = StartRedis(session, null);
        Fill(session, space, sidecar.Unix, new HttpProtocol(space, writes: true));
        if (redis is not null && volatileRedis is not null)
        {
            Fill(session, space, redis.Unix, new RespProtocol(space, writes: true));
            Fill(session, space, volatileRedis.Unix, new RespProtocol(space, writes: true));
        }
        foreach (WireCase @case in WireCase.All(Connections))
            Compare(session, @case, space, Entrants(@case, space, sidecar, redis, volatileRedis));
    }

    private static RedisPeer? StartRedis(BenchSession session, string? appendFsync) =>
        Peer.HasRedis ? new(session.NewFolder("http-redis-" + (appendFsync ?? "none")), appendFsync) : null;

    /// <summary>Every key is there before the first GET is timed.</summary>
    private static void Fill(BenchSession session, KeySpace space, EndPoint endPoint, IWireProtocol protocol)
    {
        using var client = new WireClient(endPoint, protocol, space, 64);
        client.RunThroughKeys(session.Cancellation);
    }

    private static List<WireEntrant> Entrants(
        WireCase @case, KeySpace space, MeasuredSidecar sidecar, RedisPeer? redis, RedisPeer? volatileRedis)
    {
        var entrants = new List<WireEntrant>
        {
            new(EngineNames.Ours, @case.Unix ? sidecar.Unix : sidecar.Tcp, new HttpProtocol(space, @case.Writes)),
        };
        var resp = new RespProtocol(space, @case.Writes);
        if (redis is not null)
            entrants.Add(new(EngineNames.Redis + " appendfsync always", @case.Unix ? redis.Unix : redis.Tcp, resp));
        if (volatileRedis is not null)
            entrants.Add(new(EngineNames.Redis + " without a file", @case.Unix ? volatileRedis.Unix : volatileRedis.Tcp, resp));
        return entrants;
    }

    private void Compare(BenchSession session, WireCase @case, KeySpace space, List<WireEntrant> entrants)
    {
        int rounds = session.Quick ? 2 : 3;
        TimeSpan duration = TimeSpan.FromMilliseconds(session.Quick ? 200 : 800);
        for (int round = -1; round < rounds; round++)
        {
            foreach (WireEntrant entrant in entrants)
            {
                using var client = new WireClient(entrant.EndPoint, entrant.Protocol, space, @case.Connections);
                Samples samples = client.Run(@case.TurnOf(round), duration, session.Cancellation);
                if (round >= 0)
                    entrant.Note(samples, duration);
            }
        }
        foreach (WireEntrant entrant in entrants)
            session.Add(RowOf(@case, entrant, entrants[0]));
        session.Say($"{@case.Title}: " + string.Join(", ", entrants.Select(entrant => $"{entrant.Engine} {entrant.PerSecond:N0}/s")));
    }

    private Row RowOf(WireCase @case, WireEntrant entrant, WireEntrant ours) => new()
    {
        Benchmark = Name,
        Case = @case.Title,
        Engine = entrant.Engine,
        Figure = entrant.PerSecond,
        Unit = "requests/s",
        P50Us = entrant.P50Us,
        P99Us = entrant.P99Us,
        OursBetterBy = entrant == ours ? null : ours.PerSecond / entrant.PerSecond,
    };
}
