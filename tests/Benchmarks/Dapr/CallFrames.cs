using System.Buffers.Binary;
using System.Text;

namespace Thermocline.Benchmarks.Dapr;

/// <summary>
/// The frames of calls of one method: headers as daprd's client packs them (in full on the first call of a connection, then by their
/// place in its table), and one message.
/// </summary>
internal sealed class CallFrames(string method)
{
    /// <summary>Bytes around a message: headers, its prefix, and a head for each frame of data.</summary>
    public const int OverheadBytes = 1 << 10;

    private const int HeadBytes = 9;
    private const int PrefixBytes = 5;

    // The largest that a server takes which says nothing else.
    private const int DataBytesMax = 16 << 10;
    private const byte Data = 0, Headers = 1, EndStream = 1, EndHeaders = 4;

    // :method POST and :scheme http stand in the table that every connection begins with.
    private static readonly byte[] Again = [0x83, 0x86, 0x80 | 66, 0x80 | 65, 0x80 | 64, 0x80 | 63, 0x80 | 62];

    private readonly byte[] _first =
    [
        0x83, 0x86,
        0x44, .. Text($"/dapr.proto.components.v1.{method}"),
        0x41, .. Text("localhost"),
        0x5F, .. Text("application/grpc"),
        0x40, .. Text("te"), .. Text("trailers"),
        0x40, .. Text("x-component-instance"), .. Text("bench"),
    ];

    /// <summary>Writes a call and returns its length.</summary>
    public int Write(int stream, bool isFirst, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        byte[] headers = isFirst ? _first : Again;
        int at = Head(destination, headers.Length, Headers, EndHeaders, stream);
        headers.CopyTo(destination[at..]);
        at += headers.Length;
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], message.Length);
        for (bool first = true; first || !message.IsEmpty; first = false)
        {
            int room = first ? DataBytesMax - PrefixBytes : DataBytesMax;
            ReadOnlySpan<byte> part = message[..Math.Min(room, message.Length)];
            message = message[part.Length..];
            int length = part.Length + (first ? PrefixBytes : 0);
            at += Head(destination[at..], length, Data, message.IsEmpty ? EndStream : (byte)0, stream);
            if (first)
                prefix.CopyTo(destination[at..]);
            part.CopyTo(destination[(at + length - part.Length)..]);
            at += length;
        }

        return at;
    }

    private static int Head(Span<byte> destination, int length, byte kind, byte flags, int stream)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, (length << 8) | kind);
        destination[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(destination[5..], stream);
        return HeadBytes;
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
