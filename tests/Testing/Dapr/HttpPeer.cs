using System.Net;
using System.Net.Sockets;
using System.Text;
using Thermocline.Testing.Wire;

namespace Thermocline.Testing.Dapr;

/// <summary>A small HTTP server on a loopback port: one request a connection, each answered by a function.</summary>
internal sealed class HttpPeer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<WireMessage, Task<(int Status, byte[] Body, string Fields)>> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;

    public HttpPeer(Func<WireMessage, Task<(int Status, byte[] Body)>> answer)
        : this(async request => await answer(request) is var (status, body) ? (status, body, "") : default)
    {
    }

    /// <summary>The same with header fields of one's own, each ended by a line end; port 0 is a free one.</summary>
    public HttpPeer(Func<WireMessage, Task<(int Status, byte[] Body, string Fields)>> answer, int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _answer = answer;
        _stopping = _stop.Token;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync(_stopping));
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                if (await WireMessage.ReadRequestAsync(stream, _stopping) is not { } request)
                    return;
                (int status, byte[] body, string fields) = await _answer(request);
                string head = $"HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n{fields}Connection: close\r\n\r\n";
                await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], _stopping);
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
            {
            }
        }
    }
}
