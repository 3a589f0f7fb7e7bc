using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>The first 128 bytes of a packed segment: one 64-byte block, twice (docs/FORMAT.md, packed segment).</summary>
/// <param name="First">First segment number it covers.</param>
/// <param name="Last">Last segment number it covers.</param>
/// <param name="Salt">Seeds every checksum of the file.</param>
/// <param name="CreatedMs">When the first segment was created: says in which folder the file lies.</param>
/// <param name="StoreId">First 8 bytes of the store's id.</param>
internal readonly record struct PackedHeader(int First, int Last, ulong Salt, long CreatedMs, ulong StoreId)
{
    public const int Bytes = 128;
    private const int CopyBytes = 64;

    private static ReadOnlySpan<byte> Magic => "TCPACK01"u8;

    public uint Seed => (uint)(Salt ^ (Salt >> 32));

    public void Write(Span<byte> destination)
    {
        Span<byte> copy = destination[..CopyBytes];
        copy.Clear();
        Magic.CopyTo(copy);
        BinaryPrimitives.WriteInt32LittleEndian(copy[8..], First);
        BinaryPrimitives.WriteInt32LittleEndian(copy[12..], Last);
        BinaryPrimitives.WriteUInt64LittleEndian(copy[16..], Salt);
        BinaryPrimitives.WriteInt64LittleEndian(copy[24..], CreatedMs);
        BinaryPrimitives.WriteUInt64LittleEndian(copy[32..], StoreId);
        BinaryPrimitives.WriteUInt32LittleEndian(copy[60..], Checksum.Of(copy[..60]));
        copy.CopyTo(destination[CopyBytes..]);
    }

    /// <summary>Reads the header from whichever copy is good; <paramref name="badCopy"/> is the offset of a bad one, or -1.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out PackedHeader header, out int badCopy)
    {
        bool first = TryReadCopy(source, out header);
        bool second = TryReadCopy(source.Length >= Bytes ? source[CopyBytes..] : default, out PackedHeader other);
        badCopy = first ? second && other == header ? -1 : CopyBytes : 0;
        if (!first)
            header = other;
        return first || second;
    }

    private static bool TryReadCopy(ReadOnlySpan<byte> source, out PackedHeader header)
    {
        header = default;
        if (source.Length < CopyBytes
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Checksum.Of(source[..60]))
        {
            return false;
        }

        header = new PackedHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]));
        return header.First > 0 && header.First <= header.Last && header.Last <= Address.SegmentMax;
    }
}
