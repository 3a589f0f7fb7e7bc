using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Benchmarks.Wire;

namespace Thermocline.Benchmarks.Put;

/// <summary>redis-server with appendfsync=always, over its unix socket, one connection for each writer.</summary>
internal sealed class RedisPutEngine(string folder) : IPutEngine
{
    private readonly RedisPeer _server = new(folder, "always");

    public Samples Put(KeySpace space, int turn, int writers, TimeSpan duration)
    {
        using var client = new WireClient(_server.Unix, new RespProtocol(space, writes: true), space, writers);
        return client.Run(turn, duration, CancellationToken.None);
    }

    public void Dispose() => _server.Dispose();
}
