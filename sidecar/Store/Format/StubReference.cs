using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>The last 64 bytes of a stub: which object holds the chunks.</summary>
/// <param name="ObjectBytes">Length of the object.</param>
/// <param name="Sha256">Hash of the object, 64 lower-case hexadecimal digits.</param>
internal readonly record struct StubReference(long ObjectBytes, string Sha256)
{
    public const int Bytes = 64;
    private const int HashBytes = 32;

    private static ReadOnlySpan<byte> Magic => "TCSTUB01"u8;

    public void Write(Span<byte> destination)
    {
        destination[..Bytes].Clear();
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], ObjectBytes);
        Convert.FromHexString(Sha256).CopyTo(destination[16..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[60..], Checksum.Of(destination[..60]));
    }

    /// <summary>Reads a reference; false when the bytes are not one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out StubReference reference)
    {
        reference = default;
        if (source.Length < Bytes
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Checksum.Of(source[..60]))
        {
            return false;
        }

        reference = new StubReference(
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            Convert.ToHexStringLower(source.Slice(16, HashBytes)));
        return reference.ObjectBytes > 0;
    }
}
