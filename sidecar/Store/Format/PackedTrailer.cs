using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>The last 128 bytes of a packed segment: one 64-byte block, twice.</summary>
/// <param name="First">First segment number it covers.</param>
/// <param name="Last">Last segment number it covers.</param>
/// <param name="LastSequence">Sequence number of the last frame of the segments it was made from.</param>
/// <param name="Frames">Records it holds, tombstones included.</param>
/// <param name="Tombstones">Tombstones among them.</param>
/// <param name="ChunksEnd">Offset after the last chunk; what lies between it and the header may be in the cold store alone.</param>
/// <param name="DirectoryOffset">Offset of the directory; its copy lies between it and the trailer.</param>
/// <param name="DirectoryCrc">CRC of the directory, seeded with the salt.</param>
internal readonly record struct PackedTrailer(
    int First, int Last, ulong LastSequence, int Frames, int Tombstones, long ChunksEnd, long DirectoryOffset, uint DirectoryCrc)
{
    public const int Bytes = 128;
    private const int CopyBytes = 64;

    private static ReadOnlySpan<byte> Magic => "TCPTRLR1"u8;

    public void Write(Span<byte> destination, uint seed)
    {
        Span<byte> copy = destination.Slice(CopyBytes, CopyBytes);
        destination = destination[..CopyBytes];
        destination.Clear();
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], First);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], Last);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], LastSequence);
        BinaryPrimitives.WriteInt32LittleEndian(destination[24..], Frames);
        BinaryPrimitives.WriteInt32LittleEndian(destination[28..], Tombstones);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[32..], (uint)ChunksEnd);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[36..], (uint)DirectoryOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[40..], DirectoryCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[60..], Checksum.Of(destination[..60], seed));
        destination.CopyTo(copy);
    }

    /// <summary>Reads whichever copy is good; <paramref name="badCopy"/> is the place of a bad one, or -1.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, in PackedHeader header, out PackedTrailer trailer, out int badCopy)
    {
        bool first = TryReadCopy(source, header, out trailer);
        bool second = TryReadCopy(source.Length >= Bytes ? source[CopyBytes..] : default, header, out PackedTrailer other);
        badCopy = first ? second && other == trailer ? -1 : CopyBytes : 0;
        if (!first)
            trailer = other;
        return first || second;
    }

    private static bool TryReadCopy(ReadOnlySpan<byte> source, in PackedHeader header, out PackedTrailer trailer)
    {
        trailer = default;
        if (source.Length < CopyBytes
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Checksum.Of(source[..60], header.Seed))
        {
            return false;
        }

        trailer = new PackedTrailer(
            BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[28..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[36..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[40..]));
        return trailer.First == header.First
            && trailer.Last == header.Last
            && trailer.Frames >= 0
            && trailer.ChunksEnd >= PackedHeader.Bytes
            && trailer.DirectoryOffset >= trailer.ChunksEnd;
    }
}
