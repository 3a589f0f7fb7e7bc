using System.Buffers;
using System.Buffers.Binary;

namespace Thermocline.Grpc.Wire;

/// <summary>What stands before each message: a flag, and its length as four bytes, the most significant first.</summary>
internal readonly record struct FramePrefix(byte Flag, uint Length)
{
    public const int Bytes = 5;

    public static bool TryRead(in ReadOnlySequence<byte> from, out FramePrefix prefix)
    {
        ReadOnlySpan<byte> first = from.FirstSpan;
        if (first.Length >= Bytes)
        {
            prefix = Of(first);
            return true;
        }

        prefix = default;
        if (from.Length < Bytes)
            return false;
        Span<byte> joined = stackalloc byte[Bytes];
        from.Slice(0, Bytes).CopyTo(joined);
        prefix = Of(joined);
        return true;
    }

    public static void Write(Span<byte> to, int length)
    {
        to[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(to[1..], length);
    }

    private static FramePrefix Of(ReadOnlySpan<byte> bytes) => new(bytes[0], BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]));
}
