using System.Net;
using Thermocline.Testing.Redis;

namespace Thermocline.Benchmarks.Peers;

/// <summary>A redis-server to compare with: what it keeps lies on the file system that ours lies on.</summary>
internal sealed class RedisPeer : IDisposable
{
    private readonly RedisServer _server;

    /// <param name="folder">Where its append-only file goes.</param>
    /// <param name="appendFsync">The fsync policy of the append-only file, or null for no file at all.</param>
    public RedisPeer(string folder, string? appendFsync) =>
        _server = RedisServer.StartAsync(RedisServer.Find()!, CancellationToken.None, Arguments(folder, appendFsync)).GetAwaiter().GetResult();

    public EndPoint Unix => _server.Unix;

    public EndPoint Tcp => _server.Tcp;

    public int Id => _server.Id;

    /// <summary>The arguments that make a server one to compare with.</summary>
    public static string[] Arguments(string folder, string? appendFsync) =>
    [
        "--dir", folder, "--appendonly", appendFsync is null ? "no" : "yes", "--appendfsync", appendFsync ?? "no",
        // No rewrite of the file in the middle of a round: that would be held against Redis.
        "--auto-aof-rewrite-percentage", "0",
    ];

    public void Dispose() => _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
