using System.Buffers.Binary;

namespace Thermocline.Memory.Portable;

/// <summary>
/// The v1 frame: FE ED 01, id length u32, id, time i64 (milliseconds since 1970), content length u32, content, metadata
/// length u32, metadata JSON, CRC-32 of everything before it. All numbers are big endian. See docs/FORMAT.md.
/// </summary>
internal static class V1Frame
{
    public const byte Version = 1;

    /// <summary>Magic, version, and the length of the id.</summary>
    public const int HeadBytes = 7;

    /// <summary>Bytes of a frame whose parts are empty: the least there can be.</summary>
    public const int OverheadBytes = HeadBytes + 8 + 4 + 4 + 4;

    public const int IdBytesMax = 64 << 10;

    /// <summary>A value of 16 MiB in base 64 has 22.4 MiB.</summary>
    public const int ContentBytesMax = 24 << 20;

    public const int MetadataBytesMax = 1 << 20;

    public const int FrameBytesMax = OverheadBytes + IdBytesMax + ContentBytesMax + MetadataBytesMax;

    public static ReadOnlySpan<byte> Magic => [0xFE, 0xED];

    public static int Size(int idBytes, int contentBytes, int metadataBytes) => OverheadBytes + idBytes + contentBytes + metadataBytes;

    /// <summary>Writes a frame but its content and checksum; answers where the content belongs.</summary>
    public static Span<byte> Lay(Span<byte> frame, ReadOnlySpan<byte> id, long timeMs, ReadOnlySpan<byte> metadata)
    {
        int contentBytes = frame.Length - OverheadBytes - id.Length - metadata.Length;
        Magic.CopyTo(frame);
        frame[2] = Version;
        BinaryPrimitives.WriteInt32BigEndian(frame[3..], id.Length);
        id.CopyTo(frame[HeadBytes..]);
        Span<byte> rest = frame[(HeadBytes + id.Length)..];
        BinaryPrimitives.WriteInt64BigEndian(rest, timeMs);
        BinaryPrimitives.WriteInt32BigEndian(rest[8..], contentBytes);
        Span<byte> tail = rest[(12 + contentBytes)..];
        BinaryPrimitives.WriteInt32BigEndian(tail, metadata.Length);
        metadata.CopyTo(tail[4..]);
        return rest.Slice(12, contentBytes);
    }

    /// <summary>Ends a frame: everything but the last four bytes is there.</summary>
    public static void Seal(Span<byte> frame) =>
        BinaryPrimitives.WriteUInt32BigEndian(frame[^4..], Crc32.Of(frame[..^4]));

    /// <summary>Whether the checksum at the end of a frame is that of the bytes before it.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt32BigEndian(frame[^4..]) == Crc32.Of(frame[..^4]);
}
