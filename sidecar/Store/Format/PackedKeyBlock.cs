using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>Layout of a block of keys of a packed segment: a header of 16 bytes and entries, which may be compressed.</summary>
/// <param name="Codec">How the entries were made smaller.</param>
/// <param name="Count">Entries.</param>
/// <param name="PlainBytes">Bytes of the entries before.</param>
/// <param name="StoredBytes">Bytes that follow the header.</param>
internal readonly record struct PackedKeyBlock(Codec Codec, int Count, int PlainBytes, int StoredBytes)
{
    public const int HeaderBytes = 16;

    /// <summary>Bytes of entries after which a block ends.</summary>
    public const int PlainBytesWanted = 16 << 10;

    public const int PlainBytesMax = PlainBytesWanted + EntryBytesMax;
    public const int EntryBytesMax = Limits.ComposedKeyBytesMax + 32;
    private const byte Mark = 0xC3;

    /// <summary>Writes the header before the stored bytes, which are in place already.</summary>
    public void Write(Span<byte> block, uint seed)
    {
        block[4] = Mark;
        block[5] = (byte)Codec;
        BinaryPrimitives.WriteUInt16LittleEndian(block[6..], (ushort)Count);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], PlainBytes);
        BinaryPrimitives.WriteInt32LittleEndian(block[12..], StoredBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(block, Checksum.Of(block[4..(HeaderBytes + StoredBytes)], seed));
    }

    /// <summary>Reads a block's header and compares its checksum.</summary>
    public static bool TryRead(ReadOnlySpan<byte> block, uint seed, out PackedKeyBlock header)
    {
        header = default;
        if (block.Length < HeaderBytes
            || block[4] != Mark
            || BinaryPrimitives.ReadUInt32LittleEndian(block) != Checksum.Of(block[4..], seed))
        {
            return false;
        }

        header = new PackedKeyBlock(
            (Codec)block[5],
            BinaryPrimitives.ReadUInt16LittleEndian(block[6..]),
            BinaryPrimitives.ReadInt32LittleEndian(block[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(block[12..]));
        return header.Codec <= Codec.Zstd
            && header.PlainBytes is >= 0 and <= PlainBytesMax
            && header.StoredBytes == block.Length - HeaderBytes;
    }

    /// <summary>Writes an entry after the one whose key is given and returns its length.</summary>
    public static int WriteEntry(
        Span<byte> destination, ReadOnlySpan<byte> before, ReadOnlySpan<byte> key, in KeyEntry entry, int firstSegment)
    {
        int shared = key.CommonPrefixLength(before);
        int at = Varint.Write(destination, (ulong)shared);
        at += Varint.Write(destination[at..], (ulong)(key.Length - shared));
        key[shared..].CopyTo(destination[at..]);
        at += key.Length - shared;
        FrameFlags flags = (entry.Flags & FrameFlags.Tombstone) | (entry.ExpiresAtMs == 0 ? 0 : FrameFlags.Expires);
        destination[at++] = (byte)flags;
        at += Varint.Write(destination[at..], (ulong)(entry.Address.Segment - firstSegment));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[at..], (uint)(entry.Address.Offset / Address.UnitBytes));
        at += 3;
        return entry.ExpiresAtMs == 0 ? at : at + Varint.Write(destination[at..], (ulong)entry.ExpiresAtMs);
    }

    /// <summary>Takes an entry off the front of the bytes; the key buffer holds the key before it, and then its own.</summary>
    public static bool TryReadEntry(
        ref ReadOnlySpan<byte> source, scoped Span<byte> keyBuffer, ref int keyLength, int firstSegment, out KeyEntry entry)
    {
        entry = default;
        if (!Varint.TryRead(ref source, out ulong shared)
            || !Varint.TryRead(ref source, out ulong rest)
            || shared > (ulong)keyLength
            || rest > (ulong)source.Length
            || shared + rest > (ulong)keyBuffer.Length
            || shared + rest == 0)
        {
            return false;
        }

        source[..(int)rest].CopyTo(keyBuffer[(int)shared..]);
        keyLength = (int)(shared + rest);
        source = source[(int)rest..];
        if (source.IsEmpty)
            return false;
        var flags = (FrameFlags)source[0];
        source = source[1..];
        if (!Varint.TryRead(ref source, out ulong segment) || segment > Address.SegmentMax || source.Length < 3)
            return false;
        long offset = (long)(source[0] | ((uint)source[1] << 8) | ((uint)source[2] << 16)) * Address.UnitBytes;
        source = source[3..];
        ulong expires = 0;
        if ((flags & FrameFlags.Expires) != 0 && !Varint.TryRead(ref source, out expires))
            return false;
        entry = new KeyEntry(
            Address.Of(firstSegment + (int)segment, offset), flags & FrameFlags.Tombstone, (long)expires);
        return true;
    }
}
