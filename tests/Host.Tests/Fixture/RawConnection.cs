using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Thermocline.Host.Tests.Fixture;

/// <summary>A bare TCP connection, for what an HTTP client would never send.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly List<byte> _received = [];

    public static async Task<RawConnection> OpenAsync(int port)
    {
        RawConnection connection = new();
        await connection._socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return connection;
    }

    public async Task SendAsync(string latin1) =>
        await _socket.SendAsync(Encoding.Latin1.GetBytes(latin1), TestContext.Current.CancellationToken);

    /// <summary>Says that nothing more will be sent, while still listening.</summary>
    public void HalfClose() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Everything until the server closes; a reset counts as a close.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (await ReceiveAsync())
        {
        }
        return Encoding.Latin1.GetString([.. _received]);
    }

    /// <summary>Reads until a text has arrived.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        while (!Encoding.Latin1.GetString([.. _received]).Contains(text, StringComparison.Ordinal))
            Assert.True(await ReceiveAsync(), "the server closed before it sent: " + text);
        return Encoding.Latin1.GetString([.. _received]);
    }

    public void Dispose() => _socket.Dispose();

    private async Task<bool> ReceiveAsync()
    {
        byte[] buffer = new byte[16 << 10];
        try
        {
            int read = await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            _received.AddRange(buffer.AsSpan(0, read));
            return read > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
