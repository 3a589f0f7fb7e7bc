using System.Buffers.Binary;
using System.Net.Sockets;

namespace Thermocline.Testing.Grpc.RawHttp2;

/// <summary>A connection that sends whatever it is told, for what no client would do. Every wait is limited.</summary>
public sealed class RawConnection : IDisposable
{
    private const int SettingHeaderTableSize = 1;
    private const int SettingInitialWindowSize = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly NetworkStream _stream;
    private readonly Dictionary<int, Unfinished> _answers = [];
    private int _nextStream = 1;
    private bool _closed;

    private RawConnection(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true);

    /// <summary>The code of the GOAWAY frame that came, or null.</summary>
    public int? GoAwayCode { get; private set; }

    /// <summary>Opens a connection that has said and heard its settings.</summary>
    public static async Task<RawConnection> OpenAsync(string socketPath)
    {
        RawConnection connection = await ConnectAsync(socketPath);
        byte[] settings = new byte[12];
        BinaryPrimitives.WriteInt16BigEndian(settings, SettingHeaderTableSize);
        BinaryPrimitives.WriteInt16BigEndian(settings.AsSpan(6), SettingInitialWindowSize);
        BinaryPrimitives.WriteInt32BigEndian(settings.AsSpan(8), 16 << 20);
        await connection.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await connection.SendAsync(new Frame(FrameType.Settings, 0, 0, settings), Frame.Window(0, 64 << 20));
        return connection;
    }

    /// <summary>Opens a connection that has said nothing.</summary>
    public static async Task<RawConnection> ConnectAsync(string socketPath)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath));
        return new RawConnection(socket);
    }

    /// <summary>Sends frames in one go.</summary>
    public Task SendAsync(params Frame[] frames) => SendAsync(frames.SelectMany(frame => frame.ToBytes()).ToArray());

    /// <summary>Sends bytes; false when the server has closed.</summary>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await _stream.WriteAsync(bytes, limit.Token);
            return true;
        }
        catch (IOException)
        {
            _closed = true;
            return false;
        }
    }

    /// <summary>Begins a call; the number of its stream.</summary>
    public async Task<int> BeginAsync(string path, IReadOnlyDictionary<string, string>? headers = null, bool end = false)
    {
        int stream = TakeStream();
        await SendAsync(Frame.Headers(stream, HeaderBlock.OfCall(path, headers), end));
        return stream;
    }

    /// <summary>Sends a whole call in one go; the number of its stream.</summary>
    public async Task<int> CallAsync(string path, byte[] body, IReadOnlyDictionary<string, string>? headers = null)
    {
        int stream = TakeStream();
        await SendAsync(Frame.Headers(stream, HeaderBlock.OfCall(path, headers), end: false), Frame.Data(stream, body, end: true));
        return stream;
    }

    /// <summary>The number of the next stream.</summary>
    public int TakeStream()
    {
        _nextStream += 2;
        return _nextStream - 2;
    }

    /// <summary>Reads until a stream has ended, or the connection has.</summary>
    public async Task<RawAnswer> ReadAnswerAsync(int stream)
    {
        Unfinished answer = AnswerOf(stream);
        while (!answer.Ended && !_closed)
            Take(await ReadFrameAsync());
        _answers.Remove(stream);
        return new RawAnswer(answer.Headers ?? new Dictionary<string, string>(), answer.Trailers ?? new Dictionary<string, string>(),
            [.. answer.Body], answer.ResetCode, _closed && !answer.Ended);
    }

    /// <summary>Reads until the server closes.</summary>
    public async Task ReadToEndAsync()
    {
        while (!_closed)
            Take(await ReadFrameAsync());
    }

    /// <summary>The next frame; null when the server has closed. Settings and pings are answered.</summary>
    /// <exception cref="OperationCanceledException">Nothing came for long.</exception>
    public async Task<Frame?> ReadFrameAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        byte[] header = new byte[Frame.HeaderBytes];
        Frame frame;
        try
        {
            await _stream.ReadExactlyAsync(header, limit.Token);
            byte[] payload = new byte[header[0] << 16 | header[1] << 8 | header[2]];
            await _stream.ReadExactlyAsync(payload, limit.Token);
            frame = new Frame((FrameType)header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
        }
        catch (IOException)
        {
            _closed = true;
            return null;
        }

        if (frame.Type is FrameType.Settings or FrameType.Ping && (frame.Flags & 1) == 0)
            await SendAsync(new Frame(frame.Type, 1, 0, frame.Type == FrameType.Ping ? frame.Payload : []));
        return frame;
    }

    /// <summary>Says that nothing more will be sent, while still listening.</summary>
    public void EndSending()
    {
        try
        {
            _stream.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            _closed = true;
        }
    }

    public void Dispose() => _stream.Dispose();

    private void Take(Frame? frame)
    {
        if (frame is null)
            return;
        if (frame.Type == FrameType.GoAway)
            GoAwayCode = BinaryPrimitives.ReadInt32BigEndian(frame.Payload.AsSpan(4));
        if (frame.Stream == 0)
            return;
        Unfinished answer = AnswerOf(frame.Stream);
        if (frame.Type == FrameType.Headers)
        {
            answer.Trailers = HeaderBlock.Read(frame.Payload);
            answer.Headers ??= answer.Trailers;
        }
        else if (frame.Type == FrameType.Data)
        {
            answer.Body.AddRange(frame.Payload);
        }
        else if (frame.Type == FrameType.ResetStream && !answer.Ended)
        {
            answer.ResetCode = BinaryPrimitives.ReadInt32BigEndian(frame.Payload);
            answer.Ended = true;
        }

        answer.Ended |= frame.EndsStream;
    }

    private Unfinished AnswerOf(int stream)
    {
        if (!_answers.TryGetValue(stream, out Unfinished? answer))
            _answers[stream] = answer = new Unfinished();
        return answer;
    }

    private sealed class Unfinished
    {
        public IReadOnlyDictionary<string, string>? Headers { get; set; }

        public IReadOnlyDictionary<string, string>? Trailers { get; set; }

        public List<byte> Body { get; } = [];

        public int? ResetCode { get; set; }

        public bool Ended { get; set; }
    }
}
