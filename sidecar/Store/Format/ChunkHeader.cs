using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>How the records of a chunk are stored.</summary>
internal enum ChunkLayout : byte
{
    /// <summary>Each record by itself: one can be read without the others.</summary>
    Records = 0,

    /// <summary>All together: smaller, and read together.</summary>
    Block = 1,
}

/// <summary>How bytes were made smaller; says how to undo it.</summary>
internal enum Codec : byte
{
    Raw = 0,
    Zstd = 1,
    Lz4 = 2,
}

/// <summary>The first 48 bytes of a chunk of a packed segment (docs/FORMAT.md, chunk).</summary>
/// <param name="Layout">How its records are stored.</param>
/// <param name="BlockCodec">How the block was made smaller, for <see cref="ChunkLayout.Block"/>.</param>
/// <param name="Dictionary">1 + the place of its dictionary in the directory, or 0.</param>
/// <param name="Frames">Records in it.</param>
/// <param name="EntriesBytes">Bytes of the entries, as they are after undoing the block's codec.</param>
/// <param name="StoredBytes">Bytes that follow the header.</param>
/// <param name="PlainBytes">The same after undoing the block's codec.</param>
/// <param name="BodyCrc">CRC of what follows the header: of the entries, or of the whole block.</param>
/// <param name="BaseMs">What the times in the entries start from.</param>
/// <param name="FirstAddress">Place of the first record.</param>
/// <param name="FirstSequence">Sequence number of the first record.</param>
internal readonly record struct ChunkHeader(
    ChunkLayout Layout, Codec BlockCodec, int Dictionary, int Frames, int EntriesBytes, int StoredBytes, int PlainBytes,
    uint BodyCrc, long BaseMs, Address FirstAddress, ulong FirstSequence)
{
    public const int Bytes = 48;
    public const int FramesMax = 50;

    /// <summary>Bytes of frames after which a chunk is full. One frame alone may be larger.</summary>
    public const int FrameBytesMax = 256 << 10;

    /// <summary>Largest chunk that is believed: the largest frame with all its parts, and room for entries.</summary>
    public const int PlainBytesMax = Frame.ValueBytesCeiling + (1 << 20);

    private const byte Mark = 0xC2;

    public void Write(Span<byte> destination, uint seed)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], BodyCrc);
        destination[8] = Mark;
        destination[9] = (byte)((byte)Layout | ((byte)BlockCodec << 4));
        destination[10] = (byte)Dictionary;
        destination[11] = (byte)Frames;
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], EntriesBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], StoredBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[20..], PlainBytes);
        Frame.WriteUInt48(destination[24..], BaseMs);
        Frame.WriteUInt48(destination[30..], (long)FirstAddress.Packed);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[36..], FirstSequence);
        destination[44..Bytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Checksum.Of(destination[4..Bytes], seed));
    }

    /// <summary>Reads a header; false when it is not intact or its lengths cannot be.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, uint seed, out ChunkHeader header)
    {
        header = default;
        if (source.Length < Bytes
            || source[8] != Mark
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != Checksum.Of(source[4..Bytes], seed))
        {
            return false;
        }

        header = new ChunkHeader(
            (ChunkLayout)(source[9] & 15),
            (Codec)(source[9] >> 4),
            source[10],
            source[11],
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            Frame.ReadUInt48(source[24..]),
            new Address((ulong)Frame.ReadUInt48(source[30..])),
            BinaryPrimitives.ReadUInt64LittleEndian(source[36..]));
        return header.Layout <= ChunkLayout.Block
            && header.BlockCodec <= Codec.Lz4
            && header.Frames is > 0 and <= FramesMax
            && header.PlainBytes is >= 0 and <= PlainBytesMax
            && header.StoredBytes is >= 0 and <= PlainBytesMax
            && header.EntriesBytes >= 0
            && header.EntriesBytes <= header.PlainBytes;
    }
}
