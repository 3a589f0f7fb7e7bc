using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>The first 128 bytes of a segment: one 64-byte block, twice.</summary>
internal readonly record struct SegmentHeader(int Number, ulong Salt, long CreatedMs, ulong FirstSequence, ulong StoreId)
{
    public const int Bytes = 128;
    private const int CopyBytes = 64;

    private static ReadOnlySpan<byte> Magic => "TCSEGM01"u8;

    /// <summary>What every checksum of the segment starts from.</summary>
    public uint Seed => (uint)(Salt ^ (Salt >> 32));

    public void Write(Span<byte> destination)
    {
        Span<byte> copy = destination[..CopyBytes];
        copy.Clear();
        Magic.CopyTo(copy);
        BinaryPrimitives.WriteInt64LittleEndian(copy[8..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(copy[16..], Salt);
        BinaryPrimitives.WriteInt64LittleEndian(copy[24..], CreatedMs);
        BinaryPrimitives.WriteUInt64LittleEndian(copy[32..], FirstSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(copy[40..], StoreId);
        BinaryPrimitives.WriteUInt32LittleEndian(copy[60..], Checksum.Of(copy[..60]));
        copy.CopyTo(destination[CopyBytes..]);
    }

    /// <summary>Reads the header from whichever copy is good; <paramref name="badCopy"/> is the offset of a bad one, or -1.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out SegmentHeader header, out int badCopy)
    {
        bool first = TryReadCopy(source, out header);
        bool second = TryReadCopy(source.Length >= Bytes ? source[CopyBytes..] : default, out SegmentHeader other);
        badCopy = first ? second && other == header ? -1 : CopyBytes : 0;
        if (!first)
            header = other;
        return first || second;
    }

    private static bool TryReadCopy(ReadOnlySpan<byte> source, out SegmentHeader header)
    {
        header = default;
        if (source.Length < CopyBytes
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Checksum.Of(source[..60]))
        {
            return false;
        }

        header = new SegmentHeader(
            (int)BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[40..]));
        return true;
    }
}
