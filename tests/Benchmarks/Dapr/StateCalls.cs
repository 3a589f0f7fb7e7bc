using System.Buffers.Binary;
using System.Text;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Dapr;

/// <summary>
/// The bytes of calls to a state store: headers as daprd's client packs them (in full on the first call of a connection, then by their
/// place in its table), and one message.
/// </summary>
internal sealed class StateCalls(KeySpace space, bool writes)
{
    /// <summary>Bytes of one call at most: headers in full, the frame of the message, key and value.</summary>
    public const int BytesMax = 8 << 10;

    private const int FrameBytes = 9;
    private const byte Data = 0, Headers = 1, EndStream = 1, EndHeaders = 4;

    // :method POST and :scheme http stand in the table that every connection begins with.
    private static readonly byte[] Fixed = [0x83, 0x86];

    private static readonly byte[] Again = [0x83, 0x86, 0x80 | 66, 0x80 | 65, 0x80 | 64, 0x80 | 63, 0x80 | 62];

    private readonly byte[] _first = First(writes ? "Set" : "Get");

    /// <summary>Writes a call and returns its length.</summary>
    public int Write(int stream, bool isFirst, int drawn, Span<byte> destination)
    {
        byte[] headers = isFirst ? _first : Again;
        int at = Frame(destination, headers.Length, Headers, EndHeaders, stream);
        headers.CopyTo(destination[at..]);
        at += headers.Length;
        int message = Message(drawn, destination[(at + FrameBytes + 5)..]);
        at += Frame(destination[at..], message + 5, Data, EndStream, stream);
        destination[at] = 0;
        BinaryPrimitives.WriteInt32BigEndian(destination[(at + 1)..], message);
        return at + 5 + message;
    }

    private int Message(int drawn, Span<byte> destination)
    {
        destination[0] = 0x0A;
        destination[1] = KeySpace.KeyBytes;
        space.WriteKey(drawn % space.Count, destination[2..]);
        int at = 2 + KeySpace.KeyBytes;
        if (!writes)
            return at;
        destination[at++] = 0x12;
        for (int left = space.ValueBytes; ; left >>= 7)
        {
            destination[at++] = (byte)(left > 127 ? (left & 127) | 128 : left);
            if (left <= 127)
                break;
        }

        space.WriteValue(drawn, destination.Slice(at, space.ValueBytes));
        return at + space.ValueBytes;
    }

    private static int Frame(Span<byte> destination, int length, byte kind, byte flags, int stream)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, (length << 8) | kind);
        destination[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(destination[5..], stream);
        return FrameBytes;
    }

    private static byte[] First(string method) =>
    [
        .. Fixed,
        0x44, .. Text($"/dapr.proto.components.v1.StateStore/{method}"),
        0x41, .. Text("localhost"),
        0x5F, .. Text("application/grpc"),
        0x40, .. Text("te"), .. Text("trailers"),
        0x40, .. Text("x-component-instance"), .. Text("bench"),
    ];

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
