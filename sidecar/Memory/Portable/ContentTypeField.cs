using System.Buffers.Binary;
using System.Text;

namespace Thermocline.Memory.Portable;

/// <summary>
/// What the key/value API keeps beside a value: a version byte (1), then fields of a tag byte, a length (u16, little
/// endian) and that many bytes. Tag 1 is the content type in ASCII. No bytes at all: the default content type. Fields of
/// unknown tags are skipped, so that an older version reads what a newer one wrote.
/// </summary>
public static class ContentTypeField
{
    /// <summary>Content type of a value that was stored without one.</summary>
    public const string Default = "application/octet-stream";

    /// <summary>Letters a content type may have.</summary>
    public const int LettersMax = 1_024;

    private const byte Version = 1;
    private const byte ContentTypeTag = 1;
    private const int HeaderBytes = 4;

    /// <summary>Whether a content type can be kept and given back as a header: printable ASCII of a bounded length.</summary>
    public static bool CanKeep(string contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        return contentType.Length <= LettersMax && contentType.All(each => each is >= ' ' and <= '~');
    }

    /// <summary>Encodes a content type; the default one takes no bytes.</summary>
    public static byte[] Encode(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType) || contentType == Default)
            return [];
        var bytes = new byte[HeaderBytes + contentType.Length];
        bytes[0] = Version;
        bytes[1] = ContentTypeTag;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)contentType.Length);
        Encoding.ASCII.GetBytes(contentType, bytes.AsSpan(HeaderBytes));
        return bytes;
    }

    /// <summary>The content type of a record; the default one when the bytes are not of this encoding.</summary>
    public static string Read(ReadOnlySpan<byte> metadata)
    {
        if (metadata.IsEmpty || metadata[0] != Version)
            return Default;
        ReadOnlySpan<byte> rest = metadata[1..];
        while (rest.Length >= 3)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]);
            if (length > rest.Length - 3)
                break;
            if (rest[0] == ContentTypeTag)
                return Encoding.ASCII.GetString(rest.Slice(3, length));
            rest = rest[(3 + length)..];
        }

        return Default;
    }
}
