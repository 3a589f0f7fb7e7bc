using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>The last 64 bytes of a sealed segment.</summary>
internal readonly record struct SegmentTrailer(
    int Number, ulong LastSequence, int Frames, int FramesEnd, int KeyBlocks, ulong LastTag)
{
    public const int Bytes = 64;

    private static ReadOnlySpan<byte> Magic => "TCTRAIL1"u8;

    public void Write(Span<byte> destination, uint seed)
    {
        destination = destination[..Bytes];
        destination.Clear();
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], LastSequence);
        BinaryPrimitives.WriteInt32LittleEndian(destination[24..], Frames);
        BinaryPrimitives.WriteInt32LittleEndian(destination[28..], FramesEnd);
        BinaryPrimitives.WriteInt32LittleEndian(destination[32..], KeyBlocks);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[36..], LastTag);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[60..], Checksum.Of(destination[..60], seed));
    }

    /// <summary>Reads a trailer; false when the bytes are not an intact trailer of this segment and file length.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> source, in SegmentHeader header, long fileLength, out SegmentTrailer trailer)
    {
        trailer = default;
        if (source.Length < Bytes
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Checksum.Of(source[..60], header.Seed))
        {
            return false;
        }

        trailer = new SegmentTrailer(
            (int)BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[28..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[36..]) & Tags.Mask);
        return trailer.Number == header.Number
            && trailer.FramesEnd + ((long)trailer.KeyBlocks * KeyBlock.Bytes) + Bytes == fileLength;
    }
}
