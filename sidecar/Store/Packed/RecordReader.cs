using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Thermocline.Store.Compression;
using Thermocline.Store.Format;

namespace Thermocline.Store.Packed;

/// <summary>Makes frames of stored records: the reverse of <see cref="ChunkEncoder"/>.</summary>
internal static class RecordReader
{
    /// <summary>Bytes that stand for a value which another record holds: its address.</summary>
    public const int DuplicateBytes = 6;

    /// <summary>Compares the checksum behind a single record.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> bodies, in RecordEntry entry, int body, uint seed) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bodies[(body + entry.StoredBytes)..])
            == Checksum.Of(bodies.Slice(body, entry.StoredBytes), ChunkEncoder.SeedOf(seed, entry.Address));

    /// <summary>Undoes a codec; false unless exactly the destination is filled.</summary>
    public static bool TryRestore(Codec codec, ReadOnlySpan<byte> stored, ZstdDictionary? dictionary, Span<byte> destination)
    {
        return TryDecodeBody(codec, stored, dictionary, destination, out int written) && written == destination.Length;
    }

    /// <summary>Makes the frame of a record. A value that another record holds is left out, and that record is named.</summary>
    public static bool TryDecode(
        in RecordEntry entry, ReadOnlySpan<byte> stored, ZstdDictionary? dictionary, Span<byte> frame, out Address duplicateOf)
    {
        duplicateOf = default;
        Span<byte> body = frame[Frame.HeaderBytes..];
        int head = entry.KeyLength + entry.MetadataLength;
        if (!TryDecodeBody(entry.Codec, stored, dictionary, body, out int length) || length < head)
            return false;
        int value = length - head;
        if ((entry.Flags & RecordFlags.Duplicate) != 0)
        {
            if (value != DuplicateBytes)
                return false;
            duplicateOf = new Address((ulong)Frame.ReadUInt48(body[head..]));
            return duplicateOf != default;
        }

        if ((entry.Flags & RecordFlags.Quantised) != 0)
        {
            byte[] quantised = body.Slice(head, value).ToArray();
            if (!ByteQuantiser.TryDescribe(quantised, out int count, out _) || head + (count * sizeof(float)) > body.Length)
                return false;
            value = count * sizeof(float);
            if (!ByteQuantiser.TryDecode(quantised, MemoryMarshal.Cast<byte, float>(body.Slice(head, value))))
                return false;
        }

        WriteHeader(entry, value, frame);
        return (entry.Flags & RecordFlags.Tombstone) != 0 || new Frame(frame).TotalBytes == entry.FrameBytes;
    }

    /// <summary>The record that holds the value of the one at an address; default when it holds its own, or is not there.</summary>
    public static Address OriginalOf(in ChunkView view, Address address, ZstdDictionary? dictionary)
    {
        if (!view.TryFind(address, out RecordEntry entry, out int body, out _) || (entry.Flags & RecordFlags.Duplicate) == 0)
            return default;
        byte[] frame = ArrayPool<byte>.Shared.Rent(Frame.HeaderBytes + Math.Max(entry.FrameBytes, entry.StoredBytes));
        bool known = TryDecode(entry, view.Bodies.Slice(body, entry.StoredBytes), dictionary, frame, out Address original);
        ArrayPool<byte>.Shared.Return(frame);
        return known ? original : default;
    }

    /// <summary>Completes a frame with the value of another record.</summary>
    public static bool TryTakeValue(in RecordEntry entry, Span<byte> frame, Frame other)
    {
        int head = Frame.HeaderBytes + entry.KeyLength + entry.MetadataLength;
        if (Frame.SizeOf(entry.KeyLength, entry.MetadataLength, other.ValueLength) != entry.FrameBytes)
            return false;
        other.Value.CopyTo(frame[head..]);
        WriteHeader(entry, other.ValueLength, frame);
        return true;
    }

    private static void WriteHeader(in RecordEntry entry, int valueLength, Span<byte> frame)
    {
        frame[..8].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], entry.Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(frame[16..], valueLength);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[20..], (ushort)entry.KeyLength);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[22..], (ushort)entry.MetadataLength);
        frame[24] = Frame.Mark;
        frame[25] = (byte)((entry.Flags & RecordFlags.Tombstone) != 0 ? FrameFlags.Tombstone : FrameFlags.None);
        frame[26] = frame[27] = 0;
        Frame.WriteUInt48(frame[28..], entry.WrittenAtMs);
        Frame.WriteUInt48(frame[34..], entry.ExpiresAtMs);
        frame[40..Frame.HeaderBytes].Clear();
    }

    private static bool TryDecodeBody(
        Codec codec, ReadOnlySpan<byte> stored, ZstdDictionary? dictionary, Span<byte> destination, out int written)
    {
        written = 0;
        switch (codec)
        {
            case Codec.Raw:
                if (stored.Length > destination.Length)
                    return false;
                stored.CopyTo(destination);
                written = stored.Length;
                return true;
            case Codec.Zstd:
                return ZstdDecoder.TryDecode(stored, dictionary, destination, out written);
            case Codec.Lz4:
                return Lz4.TryDecode(stored, destination, out written);
            default:
                return false;
        }
    }
}
