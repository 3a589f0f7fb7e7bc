using Thermocline.Memory.Portable;

namespace Thermocline.Sidecar.Http;

/// <summary>What the key/value API keeps beside a value: <see cref="ContentTypeField"/>, with the problem of a bad one.</summary>
internal static class RecordMetadata
{
    /// <summary>The problem of a content type that cannot be given back as a header, or null.</summary>
    public static Problem? Refuse(string? contentType) =>
        contentType is null || ContentTypeField.CanKeep(contentType)
            ? null
            : new Problem(400, ProblemCode.ContentTypeInvalid, "The content type is not valid.", "At most 1,024 printable ASCII letters.");

    /// <summary>Encodes a content type; the default one takes no bytes.</summary>
    public static byte[] Encode(string? contentType) => ContentTypeField.Encode(contentType);

    /// <summary>The content type of a record; the default one when the bytes are not of this encoding.</summary>
    public static string ContentTypeOf(ReadOnlySpan<byte> metadata) => ContentTypeField.Read(metadata);
}
