using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>Position-dependent fields of a frame that is being encoded.</summary>
/// <param name="Seed">Checksum seed of the segment.</param>
/// <param name="Sequence">Sequence number.</param>
/// <param name="PreviousTag">Tag of the frame before it in the segment, or 0.</param>
/// <param name="SyncedBytes">End of the synced part of the segment.</param>
/// <param name="WrittenAtMs">Time of the write.</param>
/// <param name="Codec">What the value is.</param>
internal readonly record struct FramePlace(
    uint Seed, ulong Sequence, ulong PreviousTag, long SyncedBytes, long WrittenAtMs, FrameCodec Codec = FrameCodec.Raw);

/// <summary>Writes frames.</summary>
internal static class FrameEncoder
{
    /// <summary>Encodes an operation into the destination and returns the frame's length.</summary>
    public static int Encode(in WriteOperation operation, FrameFlags flags, in FramePlace place, Span<byte> destination)
    {
        ReadOnlySpan<byte> key = operation.Key.Span;
        ReadOnlySpan<byte> metadata = operation.Delete ? default : operation.Metadata.Span;
        ReadOnlySpan<byte> value = operation.Delete ? default : operation.Value.Span;
        long expiresAt = operation.Delete ? 0 : operation.ExpiresAt?.ToUnixTimeMilliseconds() ?? 0;
        int total = Frame.SizeOf(key.Length, metadata.Length, value.Length);
        Span<byte> frame = destination[..total];

        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], place.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(frame[16..], value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[20..], (ushort)key.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[22..], (ushort)metadata.Length);
        frame[24] = Frame.Mark;
        frame[25] = (byte)flags;
        frame[26] = (byte)place.Codec;
        frame[27] = 0;
        Frame.WriteUInt48(frame[28..], place.WrittenAtMs);
        Frame.WriteUInt48(frame[34..], expiresAt);
        BinaryPrimitives.WriteUInt64LittleEndian(
            frame[40..], place.PreviousTag | ((ulong)(place.SyncedBytes / Address.UnitBytes) << Tags.Bits));

        int payloadStart = Frame.HeaderBytes + key.Length;
        int end = payloadStart + metadata.Length + value.Length;
        key.CopyTo(frame[Frame.HeaderBytes..]);
        metadata.CopyTo(frame[payloadStart..]);
        value.CopyTo(frame[(payloadStart + metadata.Length)..]);
        frame[end..].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum.Of(frame[payloadStart..], place.Seed));
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Checksum.Of(frame[4..payloadStart], place.Seed));
        return total;
    }

    /// <summary>Adds flags to an encoded frame and signs its header again.</summary>
    public static void AddFlags(Span<byte> frame, FrameFlags flags, uint seed)
    {
        frame[25] |= (byte)flags;
        int payloadStart = Frame.HeaderBytes + new Frame(frame).KeyLength;
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Checksum.Of(frame[4..payloadStart], seed));
    }
}
