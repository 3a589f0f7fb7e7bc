using System.Buffers;
using System.Buffers.Binary;
using Thermocline.Store.Compression;
using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>
/// Values as what changed since an earlier one of their key: 24 bits that say where its frame is in the same segment, the
/// length of the value as a number of 7 bits a byte, the delta. The earlier frame holds its value whole: a chain has one link.
/// </summary>
internal static class FrameDelta
{
    /// <summary>Below, a frame is mostly header and key.</summary>
    public const int ValueBytesMin = 512;

    /// <summary>Above, comparing takes longer than writing.</summary>
    public const int ValueBytesMax = 1 << 20;

    /// <summary>A delta is worth a second read when it is a tenth of the value at most.</summary>
    public const int WorthwhileShare = 10;

    private const int OffsetBytes = Address.OffsetBits / 8;

    /// <summary>Whether a value is of a size that is tried.</summary>
    public static bool Fits(int valueBytes) => valueBytes is >= ValueBytesMin and <= ValueBytesMax;

    /// <summary>Encodes a value and returns the length of what stands for it; 0 when the two are not alike enough.</summary>
    public static int Encode(long baseOffset, ReadOnlySpan<byte> baseValue, ReadOnlySpan<byte> value, Span<byte> destination)
    {
        uint units = (uint)(baseOffset / Address.UnitBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)units);
        destination[2] = (byte)(units >> 16);
        int head = OffsetBytes + Varint.Write(destination[OffsetBytes..], (ulong)value.Length);
        int length = ValueDelta.Encode(baseValue, value, destination[head..(value.Length / WorthwhileShare)]);
        return length == 0 ? 0 : head + length;
    }

    /// <summary>Where the earlier frame is; false when the frame cannot be a delta.</summary>
    public static bool TryReadBase(Frame frame, out long offset)
    {
        ReadOnlySpan<byte> value = frame.Value;
        offset = value.Length <= OffsetBytes
            ? 0
            : (long)(BinaryPrimitives.ReadUInt16LittleEndian(value) | ((uint)value[2] << 16)) * Address.UnitBytes;
        return offset >= SegmentHeader.Bytes;
    }

    /// <summary>Makes the frame whole in a rented array; null when the two do not belong together.</summary>
    public static byte[]? TryRestore(Frame frame, Frame earlier)
    {
        ReadOnlySpan<byte> rest = frame.Value[OffsetBytes..];
        if (earlier.Codec != FrameCodec.Raw || !Varint.TryRead(ref rest, out ulong length) || length > ValueBytesMax)
            return null;
        int head = Frame.HeaderBytes + frame.KeyLength + frame.MetadataLength;
        int total = Frame.SizeOf(frame.KeyLength, frame.MetadataLength, (int)length);
        byte[] whole = ArrayPool<byte>.Shared.Rent(total);
        if (!ValueDelta.TryDecode(earlier.Value, rest, whole.AsSpan(head, (int)length)))
        {
            ArrayPool<byte>.Shared.Return(whole);
            return null;
        }

        frame.Bytes[..head].CopyTo(whole);
        whole.AsSpan(head + (int)length, total - head - (int)length).Clear();
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(16), (int)length);
        whole[26] = (byte)FrameCodec.Restored;
        return whole;
    }
}
