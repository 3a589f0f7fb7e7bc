using System.Globalization;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Wire;

namespace Thermocline.Benchmarks.Resident;

/// <summary>Resident bytes for each key when everything is in RAM: the slope between two sizes, so that what a process costs by itself drops out.</summary>
internal sealed class MemoryBenchmark : IBenchmark
{
    private const int ValueBytes = 1024;
    private const int LoadConnections = 64;

    public string Name => "store-memory";

    public string Summary => "resident bytes for each 1 KiB record in RAM, beside ConcurrentDictionary and Redis";

    public void Run(BenchSession session)
    {
        int large = session.Quick ? 100_000 : 1_000_000;
        KeySpace[] sizes = [.. new[] { large / 4, large }.Select(keys => new KeySpace(session.Arguments.Seed, keys, ValueBytes))];
        double ours = Slope(session, EngineNames.Ours, sizes, ResidentOfChild);
        Add(session, EngineNames.Ours, ours, null);
        double dictionary = Slope(session, EngineNames.Dictionary, sizes, ResidentOfChild);
        Add(session, EngineNames.Dictionary, dictionary, dictionary / ours);
        if (!Peer.HasRedis)
        {
            session.Skip(Peer.MissingRedis);
            return;
        }
        double redis = Slope(session, EngineNames.Redis, sizes, ResidentOfRedis);
        Add(session, EngineNames.Redis, redis, redis / ours);
    }

    private void Add(BenchSession session, string engine, double slope, double? betterBy) => session.Add(new()
    {
        Benchmark = Name,
        Case = "one more record of 20 B key and 1 KiB value",
        Engine = engine,
        Figure = slope,
        Unit = "B/key",
        Bytes = slope - ValueBytes - KeySpace.KeyBytes,
        BytesOf = "B more than the record",
        OursBetterBy = betterBy,
    });

    private static double Slope(
        BenchSession session, string engine, KeySpace[] sizes, Func<BenchSession, string, KeySpace, long> residentOf)
    {
        long small = residentOf(session, engine, sizes[0]);
        long large = residentOf(session, engine, sizes[1]);
        session.Say($"{engine}: {small:N0} B private at {sizes[0].Count:N0} keys, {large:N0} B at {sizes[1].Count:N0}");
        return (large - small) / (double)(sizes[1].Count - sizes[0].Count);
    }

    private static long ResidentOfChild(BenchSession session, string engine, KeySpace space)
    {
        string[] words =
        [
            ChildCatalogue.Read, engine, session.NewFolder("memory-" + engine), space.Seed.ToString(CultureInfo.InvariantCulture),
            space.Count.ToString(CultureInfo.InvariantCulture), space.ValueBytes.ToString(CultureInfo.InvariantCulture), "1",
        ];
        using var child = new ChildProcess(words, session.Cancellation);
        return (long)child.Ask("load")["anonymous"];
    }

    private static long ResidentOfRedis(BenchSession session, string engine, KeySpace space)
    {
        using var server = new RedisPeer(session.NewFolder("memory-" + engine), null);
        using (var client = new WireClient(server.Unix, new RespProtocol(space, writes: true), space, LoadConnections))
            client.RunThroughKeys(session.Cancellation);
        return ProcessMemory.Of(server.Id).AnonymousBytes;
    }
}
