using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>Who a store is (docs/FORMAT.md, identity).</summary>
internal sealed record Identity(Guid StoreId, UInt128 HashSecret, long CreatedMs)
{
    public const int Bytes = 128;
    private const int CopyBytes = 64;

    private static ReadOnlySpan<byte> Magic => "TCSTORE1"u8;

    /// <summary>The part of the id that segments repeat.</summary>
    public ulong ShortId
    {
        get
        {
            Span<byte> id = stackalloc byte[16];
            StoreId.TryWriteBytes(id);
            return BinaryPrimitives.ReadUInt64LittleEndian(id);
        }
    }

    public KeyHash CreateHash()
    {
        Span<byte> secret = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(secret, HashSecret);
        return new KeyHash(secret);
    }

    public void Write(Span<byte> destination)
    {
        Span<byte> copy = destination[..CopyBytes];
        copy.Clear();
        Magic.CopyTo(copy);
        StoreId.TryWriteBytes(copy[8..]);
        BinaryPrimitives.WriteUInt128LittleEndian(copy[24..], HashSecret);
        BinaryPrimitives.WriteInt64LittleEndian(copy[40..], CreatedMs);
        BinaryPrimitives.WriteUInt32LittleEndian(copy[60..], Checksum.Of(copy[..60]));
        copy.CopyTo(destination[CopyBytes..]);
    }

    /// <summary>Reads whichever copy is good, or null; <paramref name="badCopy"/> is the offset of a bad one, or -1.</summary>
    public static Identity? Read(ReadOnlySpan<byte> source, out int badCopy)
    {
        Identity? first = ReadCopy(source);
        Identity? second = ReadCopy(source.Length >= Bytes ? source[CopyBytes..] : default);
        badCopy = first is null ? 0 : second == first ? -1 : CopyBytes;
        return first ?? second;
    }

    private static Identity? ReadCopy(ReadOnlySpan<byte> source)
    {
        if (source.Length < CopyBytes
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Checksum.Of(source[..60]))
        {
            return null;
        }

        return new Identity(
            new Guid(source.Slice(8, 16)),
            BinaryPrimitives.ReadUInt128LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[40..]));
    }
}
