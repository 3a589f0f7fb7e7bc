using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Thermocline.Testing.Wire;

/// <summary>
/// Stands between a client and an HTTP service on the loopback interface and lets requests go wrong as told. Each request gets a
/// connection of its own on either side; what is not told to go wrong passes unchanged.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly Uri _upstream;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<WireFault> _next = new();
    private readonly ConcurrentQueue<WireRequest> _requests = new();
    private readonly ConcurrentDictionary<WireRequest, WireMessage> _first = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Channel<WireRequest> _arrivals = Channel.CreateBounded<WireRequest>(10_000);
    private readonly SemaphoreSlim _released = new(0);
    private readonly Task _accepting;

    public FaultProxy(Uri upstream)
    {
        _upstream = upstream;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public Uri Address { get; }

    /// <summary>Decides what goes wrong with a request, when nothing is listed for it.</summary>
    public Func<WireRequest, WireFault>? Rule { get; set; }

    /// <summary>Looks at the lines of a request's header; what it does not admit is refused for its keys. Null admits all.</summary>
    public Predicate<string>? Admits { get; set; }

    /// <summary>Every request so far.</summary>
    public IReadOnlyCollection<WireRequest> Requests => _requests;

    /// <summary>Lists what goes wrong with the next requests, one each.</summary>
    public void Next(params ReadOnlySpan<WireFault> faults)
    {
        foreach (WireFault fault in faults)
            _next.Enqueue(fault);
    }

    /// <summary>The next request, once it has arrived.</summary>
    public ValueTask<WireRequest> ArrivalAsync(CancellationToken cancellation) => _arrivals.Reader.ReadAsync(cancellation);

    /// <summary>Lets one answer go that waits as <see cref="WireFault.SlowFirstByte"/>.</summary>
    public void Release() => _released.Release();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _released.Dispose();
        _stop.Dispose();
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy was disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        using (socket)
        {
            try
            {
                await using var client = new NetworkStream(socket, ownsSocket: false);
                if (await WireMessage.ReadRequestAsync(client, _stop.Token) is { } request)
                    await AnswerAsync(request, socket, client);
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client went away, the upstream did, or the test is over: all of them are the client's to notice.
            }
        }
    }

    private async Task AnswerAsync(WireMessage message, Socket socket, NetworkStream client)
    {
        if (Admits?.Invoke(string.Join('\n', message.Fields)) == false)
        {
            await client.WriteAsync(WireMessage.Error(403, "InvalidAccessKeyId").ToBytes(), _stop.Token);
            return;
        }

        string[] words = message.StartLine.Split(' ');
        var request = new WireRequest(words[0], words[1]);
        WireFault fault = _next.TryDequeue(out WireFault next) ? next : Rule?.Invoke(request) ?? WireFault.None;
        _requests.Enqueue(request);
        _arrivals.Writer.TryWrite(request);
        switch (fault)
        {
            case WireFault.Busy:
                await client.WriteAsync(WireMessage.Error(503, "SlowDown").ToBytes(), _stop.Token);
                return;
            case WireFault.PreconditionFailed:
                await client.WriteAsync(WireMessage.Error(412, "PreconditionFailed").ToBytes(), _stop.Token);
                return;
            case WireFault.Conflict:
                await client.WriteAsync(WireMessage.Error(409, "ConditionalRequestConflict").ToBytes(), _stop.Token);
                return;
            case WireFault.Hold:
                await Task.Delay(Timeout.Infinite, _stop.Token);
                return;
            case WireFault.Reset:
                Reset(socket);
                return;
        }

        WireMessage answer = fault == WireFault.Stale && _first.TryGetValue(request, out WireMessage? first)
            ? first
            : await ForwardAsync(message);
        _first.TryAdd(request, answer);
        await GiveAsync(fault, answer, socket, client);
    }

    private async Task GiveAsync(WireFault fault, WireMessage answer, Socket socket, NetworkStream client)
    {
        switch (fault)
        {
            case WireFault.AnswerLost:
                Reset(socket);
                return;
            case WireFault.AnswerHeld:
                await Task.Delay(Timeout.Infinite, _stop.Token);
                return;
            case WireFault.SlowFirstByte:
                await _released.WaitAsync(_stop.Token);
                break;
            case WireFault.CutBody:
                answer = answer with { Body = answer.Body[..(answer.Body.Length / 2)] };
                break;
            case WireFault.LengthTooLong:
                answer = answer.WithLength(answer.Body.Length + 1);
                break;
            case WireFault.LengthTooShort:
                answer = answer.WithLength(answer.Body.Length - 1) with { Body = answer.Body[..^1] };
                break;
        }

        await client.WriteAsync(answer.ToBytes(), _stop.Token);
        socket.Shutdown(SocketShutdown.Send);
    }

    private async Task<WireMessage> ForwardAsync(WireMessage message)
    {
        using var upstream = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await upstream.ConnectAsync(_upstream.Host, _upstream.Port, _stop.Token);
        await using var stream = new NetworkStream(upstream, ownsSocket: false);

        // The upstream closes when it has said everything, which marks the end of whatever it says.
        await stream.WriteAsync(message.Without("Expect").With("Connection", "close").ToBytes(), _stop.Token);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, _stop.Token);
        return WireMessage.Parse(answer.ToArray()).With("Connection", "close");
    }
}
