using System.Buffers.Binary;
using Thermocline.Store.Compression;
using Thermocline.Store.Format;

namespace Thermocline.Store.Hot;

/// <summary>
/// A frame as a compressed page holds it: what eviction and readers ask for first, in 16 bytes; the fields of its header;
/// then key, metadata and value, made smaller. Checksums, and the links to the frame before, belong to a place on disk and
/// are left out, as packed segments leave them out. It is never longer than the frame.
/// </summary>
internal readonly ref struct StoredFrame(ReadOnlySpan<byte> bytes)
{
    /// <summary>A body is kept as it is unless this many eighths of it are enough.</summary>
    public const int WorthwhileEighths = 7;
    private const int FixedBytes = 16;
    private const int CodecBits = 2;
    private const int FlagBits = 4;
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Tag of the key: eviction needs no key.</summary>
    public ulong Tag => BinaryPrimitives.ReadUInt64LittleEndian(_bytes) & Tags.Mask;

    public Codec Codec => (Codec)(_bytes[5] & ((1 << CodecBits) - 1));

    /// <summary>Number of the dictionary, or 0.</summary>
    public int Dictionary => _bytes[5] >> CodecBits;

    public int KeyLength => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[6..]);

    /// <summary>Bytes of key, metadata and value.</summary>
    public int BodyBytes => BinaryPrimitives.ReadInt32LittleEndian(_bytes[12..]);

    /// <summary>Bytes of the frame that it stands for.</summary>
    public int FrameBytes => (Frame.HeaderBytes + BodyBytes + 7) & ~7;

    /// <summary>Bytes of the stored frame, from its beginning alone.</summary>
    public static int LengthOf(ReadOnlySpan<byte> beginning) => BinaryPrimitives.ReadInt32LittleEndian(beginning[8..]);

    /// <summary>Writes all but the body; what is only known with the body is filled in by <see cref="Complete"/>.</summary>
    public static int WriteHeader(Frame frame, ulong tag, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], (ushort)frame.KeyLength);
        BinaryPrimitives.WriteInt32LittleEndian(
            destination[12..], frame.KeyLength + frame.MetadataLength + frame.ValueLength);
        int at = FixedBytes;
        destination[at++] = (byte)((int)frame.Codec << FlagBits | (int)frame.Flags);
        at += Varint.Write(destination[at..], (uint)frame.MetadataLength);
        at += Varint.Write(destination[at..], frame.Sequence);
        at += Varint.Write(destination[at..], (ulong)frame.WrittenAtMs);
        return at + Varint.Write(destination[at..], (ulong)frame.ExpiresAtMs);
    }

    /// <summary>Says how long the stored frame is and how to undo it.</summary>
    public static void Complete(Span<byte> stored, Codec codec, int dictionary)
    {
        stored[5] = (byte)((dictionary << CodecBits) | (int)codec);
        BinaryPrimitives.WriteInt32LittleEndian(stored[8..], stored.Length);
    }

    /// <summary>Makes the frame again. False unless the body has exactly the length it had.</summary>
    /// <param name="decoder">A context of <see cref="DecoderContexts"/>.</param>
    /// <param name="dictionary">The dictionary of that number.</param>
    /// <param name="frame">Room for <see cref="FrameBytes"/>.</param>
    public bool TryRestore(nint decoder, ZstdDictionary? dictionary, Span<byte> frame)
    {
        ReadOnlySpan<byte> rest = _bytes[FixedBytes..];
        byte flags = rest[0];
        rest = rest[1..];
        if (!Varint.TryRead(ref rest, out ulong metadata) || !Varint.TryRead(ref rest, out ulong sequence)
            || !Varint.TryRead(ref rest, out ulong writtenAtMs) || !Varint.TryRead(ref rest, out ulong expiresAtMs))
        {
            return false;
        }

        int end = Frame.HeaderBytes + BodyBytes;
        if (!TryRestoreBody(rest, decoder, dictionary, frame[Frame.HeaderBytes..end]))
            return false;
        frame[..8].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], sequence);
        BinaryPrimitives.WriteInt32LittleEndian(frame[16..], BodyBytes - KeyLength - (int)metadata);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[20..], (ushort)KeyLength);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[22..], (ushort)metadata);
        frame[24] = Frame.Mark;
        frame[25] = (byte)(flags & ((1 << FlagBits) - 1));
        frame[26] = (byte)(flags >> FlagBits);
        frame[27] = 0;
        Frame.WriteUInt48(frame[28..], (long)writtenAtMs);
        Frame.WriteUInt48(frame[34..], (long)expiresAtMs);
        frame[40..Frame.HeaderBytes].Clear();
        frame[end..FrameBytes].Clear();
        return true;
    }

    private bool TryRestoreBody(ReadOnlySpan<byte> stored, nint decoder, ZstdDictionary? dictionary, Span<byte> body)
    {
        int written;
        switch (Codec)
        {
            case Codec.Raw:
                if (stored.Length != body.Length)
                    return false;
                stored.CopyTo(body);
                return true;
            case Codec.Zstd:
                return ZstdDecoder.TryDecode(decoder, stored, dictionary, body, out written) && written == body.Length;
            case Codec.Lz4:
                return Lz4.TryDecode(stored, body, out written) && written == body.Length;
            default:
                return false;
        }
    }
}
