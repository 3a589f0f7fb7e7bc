using System.Buffers.Text;
using System.Text;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Wire;

/// <summary>GET and PUT of our data API, HTTP/1.1 with the connection kept.</summary>
internal sealed class HttpProtocol(KeySpace space, bool writes) : IWireProtocol
{
    private readonly byte[] _tail = Encoding.ASCII.GetBytes(writes
        ? $" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: {space.ValueBytes}\r\n\r\n"
        : " HTTP/1.1\r\nHost: localhost\r\n\r\n");

    public int WriteRequest(int drawn, Span<byte> destination)
    {
        int length = Append(destination, 0, writes ? "PUT /v1/kv/bench/"u8 : "GET /v1/kv/bench/"u8);
        space.WriteKey(drawn % space.Count, destination[length..]);
        length = Append(destination, length + KeySpace.KeyBytes, _tail);
        if (!writes)
            return length;
        space.WriteValue(drawn, destination.Slice(length, space.ValueBytes));
        return length + space.ValueBytes;
    }

    public int AnswerBytes(ReadOnlySpan<byte> received)
    {
        int headEnd = received.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
            return 0;
        ReadOnlySpan<byte> head = received[..(headEnd + 2)];
        if (!head.StartsWith(writes ? "HTTP/1.1 204"u8 : "HTTP/1.1 200"u8))
            throw new InvalidDataException("The sidecar answered " + Encoding.UTF8.GetString(received));
        int total = headEnd + 4 + BodyBytes(head);
        return received.Length >= total ? total : 0;
    }

    private int BodyBytes(ReadOnlySpan<byte> head)
    {
        if (writes)
            return 0;
        ReadOnlySpan<byte> name = "\r\nContent-Length: "u8;
        int at = head.IndexOf(name);
        if (at < 0 || !Utf8Parser.TryParse(head[(at + name.Length)..], out int length, out _) || length != space.ValueBytes)
            throw new InvalidDataException("The sidecar's answer does not state the value's length: " + Encoding.UTF8.GetString(head));
        return length;
    }

    private static int Append(Span<byte> destination, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination[at..]);
        return at + bytes.Length;
    }
}
