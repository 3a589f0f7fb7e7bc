using System.Buffers.Binary;

namespace Thermocline.Testing.Grpc.RawHttp2;

/// <summary>A frame of HTTP/2, whatever it says.</summary>
public sealed record Frame(FrameType Type, byte Flags, int Stream, byte[] Payload)
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderBytes = 9;

    /// <summary>The sender has sent its last on this stream; of settings and pings: an answer.</summary>
    public const byte EndStream = 1;

    /// <summary>The headers are complete.</summary>
    public const byte EndHeaders = 4;

    public bool EndsStream => Type is FrameType.Data or FrameType.Headers && (Flags & EndStream) != 0;

    public static Frame Data(int stream, ReadOnlySpan<byte> bytes, bool end) =>
        new(FrameType.Data, end ? EndStream : (byte)0, stream, bytes.ToArray());

    public static Frame Headers(int stream, byte[] block, bool end) =>
        new(FrameType.Headers, (byte)(EndHeaders | (end ? EndStream : 0)), stream, block);

    public static Frame Reset(int stream, int code) => new(FrameType.ResetStream, 0, stream, BigEndian(code));

    public static Frame Window(int stream, int bytes) => new(FrameType.WindowUpdate, 0, stream, BigEndian(bytes));

    /// <summary>As it goes over the wire.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeaderBytes + Payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, Payload.Length << 8);
        bytes[3] = (byte)Type;
        bytes[4] = Flags;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(5), Stream);
        Payload.CopyTo(bytes, HeaderBytes);
        return bytes;
    }

    private static byte[] BigEndian(int value)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
