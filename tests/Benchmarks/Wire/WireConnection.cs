using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Thermocline.Benchmarks.Wire;

/// <summary>One connection with at most one request under way.</summary>
internal sealed class WireConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly IWireProtocol _protocol;
    private readonly byte[] _request;
    private readonly byte[] _answer;
    private int _received;
    private long _started;

    public WireConnection(EndPoint endPoint, IWireProtocol protocol, int messageBytesMax)
    {
        _protocol = protocol;
        _request = new byte[messageBytesMax];
        _answer = new byte[messageBytesMax];
        bool unix = endPoint is UnixDomainSocketEndPoint;
        _socket = new(endPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        if (!unix)
            _socket.NoDelay = true;
        _socket.Connect(endPoint);
    }

    public int Descriptor => (int)_socket.Handle;

    /// <summary>Builds the request first: only its way to the server and back is timed.</summary>
    public void Send(int drawn)
    {
        int length = _protocol.WriteRequest(drawn, _request);
        _received = 0;
        _started = Stopwatch.GetTimestamp();
        for (int sent = 0; sent < length;)
            sent += _socket.Send(_request.AsSpan(sent, length - sent));
    }

    /// <summary>Takes what has come. Returns the stopwatch ticks of the request once its answer is whole, else 0.</summary>
    public long Receive()
    {
        int bytes = _socket.Receive(_answer.AsSpan(_received));
        if (bytes == 0)
            throw new IOException("The server closed the connection.");
        _received += bytes;
        return _protocol.AnswerBytes(_answer.AsSpan(0, _received)) > 0 ? Stopwatch.GetTimestamp() - _started : 0;
    }

    public void Dispose() => _socket.Dispose();
}
