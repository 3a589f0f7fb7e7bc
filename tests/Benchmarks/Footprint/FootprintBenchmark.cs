using System.Diagnostics;
using System.Net;
using Thermocline.Benchmarks.Http;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Report;
using Thermocline.Benchmarks.Wire;

namespace Thermocline.Benchmarks.Footprint;

/// <summary>What the published sidecar keeps resident when nothing happens: empty, and with records, beside redis-server.</summary>
internal sealed class FootprintBenchmark : IBenchmark
{
    private const double Mebibyte = 1 << 20;
    private const int LoadConnections = 32;

    public string Name => "footprint";

    public string Summary => "resident memory of the idle sidecar: empty, and with 1 million records, beside redis-server with the same";

    public void Run(BenchSession session)
    {
        if (MeasuredSidecar.Find(session.Arguments.Sidecar) is not { } executable)
        {
            session.Skip(MeasuredSidecar.Missing);
            return;
        }
        if (!Peer.HasRedis)
            session.Skip(Peer.MissingRedis);
        foreach (FootprintCase @case in FootprintCase.All(session.Arguments.Seed, session.Quick ? 50_000 : 1_000_000))
        {
            ProcessShare? redis = Peer.HasRedis ? Redis(session, @case) : null;
            Ours(session, @case, executable, redis);
            if (redis is { } share)
                Add(session, $"{@case.Name}, as loaded", EngineNames.Redis, share, null);
        }
    }

    /// <summary>Loaded with the first budget, then started anew with each: an import is one thing, what stays is another.</summary>
    private void Ours(BenchSession session, FootprintCase @case, string executable, ProcessShare? redis)
    {
        string folder = session.NewFolder("footprint");
        string socket = Path.Combine(session.SocketFolder, "footprint.sock");
        if (@case.Space is { } space)
        {
            using var sidecar = new MeasuredSidecar(executable, folder, socket, @case.Budgets[0]);
            Load(session, sidecar.Unix, new HttpProtocol(space, writes: true), space);
            Add(session, $"{@case.Name}, budget {@case.Budgets[0]}, as loaded", EngineNames.Ours, Idle(session, sidecar.Id), redis);
        }

        foreach (string budget in @case.Budgets)
            StartAnew(session, $"{@case.Name}, budget {budget}", () => new MeasuredSidecar(executable, folder, socket, budget), redis);
    }

    private void StartAnew(BenchSession session, string name, Func<MeasuredSidecar> start, ProcessShare? redis)
    {
        var shares = new List<ProcessShare>();
        var starts = new List<double>();
        for (int turn = 0; turn < (session.Quick ? 1 : 3); turn++)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            long begin = Stopwatch.GetTimestamp();
            using MeasuredSidecar sidecar = start();
            starts.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            shares.Add(Idle(session, sidecar.Id));
        }

        Add(session, $"{name}, started anew", EngineNames.Ours, ProcessShare.Median(shares), redis);
        session.Add(new Row { Benchmark = Name, Case = $"{name}, start to ready", Engine = EngineNames.Ours, Figure = Samples.Median(starts), Unit = "ms" });
    }

    private static ProcessShare Redis(BenchSession session, FootprintCase @case)
    {
        using var server = new RedisPeer(session.NewFolder("footprint-redis"), null);
        if (@case.Space is { } space)
            Load(session, server.Unix, new RespProtocol(space, writes: true), space);
        return Idle(session, server.Id);
    }

    private static void Load(BenchSession session, EndPoint endPoint, IWireProtocol protocol, KeySpace space)
    {
        using var client = new WireClient(endPoint, protocol, space, LoadConnections);
        client.RunThroughKeys(session.Cancellation);
    }

    /// <summary>What it holds after some time without a request: packing has come to its end and the runtime to rest.</summary>
    private static ProcessShare Idle(BenchSession session, int processId)
    {
        session.Cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(session.Quick ? 3 : 30));
        session.Cancellation.ThrowIfCancellationRequested();
        return ProcessShare.Of(processId);
    }

    private void Add(BenchSession session, string what, string engine, ProcessShare share, ProcessShare? redis)
    {
        session.Say($"{engine}, {what}: {share.ResidentBytes / Mebibyte:0.0} MiB resident, {share.ProportionalBytes / Mebibyte:0.0} proportional, {share.AnonymousBytes / Mebibyte:0.0} anonymous");
        session.Add(new Row
        {
            Benchmark = Name,
            Case = what,
            Engine = engine,
            Figure = share.ResidentBytes / Mebibyte,
            Unit = "MiB resident",
            Bytes = share.AnonymousBytes / Mebibyte,
            BytesOf = $"MiB anonymous, {share.ProportionalBytes / Mebibyte:0.0} proportional",
            OursBetterBy = redis is { } other ? other.ResidentBytes / (double)share.ResidentBytes : null,
        });
    }
}
