using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Thermocline.Benchmarks.Dapr;

/// <summary>
/// One connection of HTTP/2 with some calls at once, as daprd has one to each component. Knows of the protocol what a client of a
/// server that behaves needs; anything else ends the run.
/// </summary>
internal sealed class CallConnection : IDisposable
{
    private const int FrameBytes = 9;
    private const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ICalls _calls;
    private readonly int _answerBytesMin;
    private readonly Dictionary<int, long> _started = [];
    private readonly byte[] _out;
    private readonly byte[] _in = new byte[1 << 20];
    private int _outLength;
    private int _inLength;
    private int _nextStream = 1;
    private long _unread;

    /// <param name="endPoint">The component's socket.</param>
    /// <param name="calls">What is called.</param>
    /// <param name="callsAtOnce">How many calls are under way at most.</param>
    /// <param name="answerBytesMin">Bytes that every answer has at least.</param>
    public CallConnection(EndPoint endPoint, ICalls calls, int callsAtOnce, int answerBytesMin)
    {
        _calls = calls;
        _answerBytesMin = answerBytesMin;
        _out = new byte[(callsAtOnce + 1) * calls.BytesMax];
        _socket.Connect(endPoint);
        Put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        // No table for answers, so that a status can be read where it stands, and windows that never close.
        Put([0, 0, 12, Settings, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0x00, 0x10, 0x00, 0x00]);
        Widen(0x7FFF_0000 - 65_535);
    }

    public int Descriptor => (int)_socket.Handle;

    /// <summary>Adds a call to what is sent next.</summary>
    public void Begin(int drawn)
    {
        _outLength += _calls.Write(_nextStream, _nextStream == 1, drawn, _out.AsSpan(_outLength));
        _started[_nextStream] = Stopwatch.GetTimestamp();
        _nextStream += 2;
    }

    /// <summary>Sends what was begun.</summary>
    public void Send()
    {
        for (int sent = 0; sent < _outLength;)
            sent += _socket.Send(_out.AsSpan(sent, _outLength - sent));
        _outLength = 0;
    }

    /// <summary>Takes what has come, and tells of every call that ended how many stopwatch ticks it took.</summary>
    public void Receive(Action<long> ended)
    {
        int bytes = _socket.Receive(_in.AsSpan(_inLength));
        if (bytes == 0)
            throw new IOException("The server closed the connection.");
        _inLength += bytes;
        int at = 0;
        while (_inLength - at >= FrameBytes)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(_in.AsSpan(at)) >>> 8;
            if (_inLength - at < FrameBytes + length)
                break;
            Take(_in.AsSpan(at, FrameBytes + length), ended);
            at += FrameBytes + length;
        }

        _in.AsSpan(at, _inLength - at).CopyTo(_in);
        _inLength -= at;
    }

    public void Dispose() => _socket.Dispose();

    private void Take(ReadOnlySpan<byte> frame, Action<long> ended)
    {
        int stream = BinaryPrimitives.ReadInt32BigEndian(frame[5..]);
        bool isAcknowledgement = (frame[4] & 1) != 0;
        switch (frame[3])
        {
            case Data:
                if (frame.Length - FrameBytes < _answerBytesMin)
                    throw new InvalidDataException("An answer is shorter than it should be.");
                _unread += frame.Length;
                if (_unread > 1 << 29)
                    Widen((int)Interlocked.Exchange(ref _unread, 0));
                break;
            case Headers when isAcknowledgement:
                // What the flag means here is that the stream ends. The trailers say grpc-status and a text of one zero.
                if (frame.IndexOf("grpc-status\u00010"u8) < 0)
                    throw new InvalidDataException("A call failed: " + System.Text.Encoding.ASCII.GetString(frame));
                _started.Remove(stream, out long started);
                ended(Stopwatch.GetTimestamp() - started);
                break;
            case Settings when !isAcknowledgement:
                Put([0, 0, 0, Settings, 1, 0, 0, 0, 0]);
                break;
            case Ping when !isAcknowledgement:
                Put([0, 0, 8, Ping, 1, 0, 0, 0, 0, .. frame[FrameBytes..]]);
                break;
            case Reset or GoAway:
                throw new InvalidDataException("The server ended a call or the connection.");
        }
    }

    private void Widen(int bytes)
    {
        Span<byte> frame = [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(frame[FrameBytes..], bytes);
        Put(frame);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_out.AsSpan(_outLength));
        _outLength += bytes.Length;
    }
}
