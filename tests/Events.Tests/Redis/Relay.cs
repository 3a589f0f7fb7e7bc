using System.Net;
using System.Net.Sockets;

namespace Thermocline.Events.Tests.Redis;

/// <summary>A way to a server that can be cut for good: what is behind it looks to the server as if it had been killed.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint _server;
    private readonly List<Socket> _sockets = [];
    private readonly Lock _gate = new();

    public Relay(EndPoint server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public EndPoint Place => _listener.LocalEndpoint;

    public void Cut()
    {
        _listener.Dispose();
        lock (_gate)
            _sockets.ForEach(socket => socket.Dispose());
    }

    public void Dispose() => Cut();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket here = await _listener.AcceptSocketAsync();
                var there = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                lock (_gate)
                    _sockets.AddRange([here, there]);
                await there.ConnectAsync(_server);
                _ = CopyAsync(here, there);
                _ = CopyAsync(there, here);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] bytes = new byte[16 << 10];
        try
        {
            while (await from.ReceiveAsync(bytes) is > 0 and var length)
                await to.SendAsync(bytes.AsMemory(0, length));
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
        }

        from.Dispose();
        to.Dispose();
    }
}
