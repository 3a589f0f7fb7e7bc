using System.Buffers.Binary;
using Google.Protobuf;

namespace Thermocline.Testing.Grpc;

/// <summary>A message as it lies on the wire: a flag, four bytes of length, the message.</summary>
public static class WireFrame
{
    private const int PrefixBytes = 5;
    private const int BytesMax = 64 << 20;

    public static byte[] Of(IMessage message) => Of(message.ToByteArray());

    public static byte[] Of(ReadOnlySpan<byte> message, byte flag = 0)
    {
        byte[] frame = new byte[PrefixBytes + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(PrefixBytes));
        return frame;
    }

    /// <summary>The next message; null at the end.</summary>
    /// <exception cref="InvalidDataException">What comes is no message.</exception>
    public static async Task<byte[]?> ReadAsync(Stream from, CancellationToken cancellation)
    {
        byte[] prefix = new byte[PrefixBytes];
        int read = await from.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false, cancellation);
        if (read == 0)
            return null;
        int length = BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1));
        if (read < PrefixBytes || prefix[0] != 0 || length is < 0 or > BytesMax)
            throw new InvalidDataException($"The server sent no message: {Convert.ToHexString(prefix.AsSpan(0, read))}.");
        byte[] message = new byte[length];
        await from.ReadExactlyAsync(message, cancellation);
        return message;
    }
}
