using System.Buffers.Binary;

namespace Thermocline.Memory.Portable;

/// <summary>Where the parts of a v1 frame lie, as far as its first bytes say.</summary>
internal readonly record struct V1Layout(int IdBytes, long TimeMs, int ContentBytes, int MetadataBytes)
{
    public int TotalBytes => V1Frame.Size(IdBytes, ContentBytes, MetadataBytes);

    public int ContentAt => V1Frame.HeadBytes + IdBytes + 12;

    public int MetadataAt => ContentAt + ContentBytes + 4;

    /// <summary>
    /// Reads the lengths of a frame. Answers how many bytes it must see before it can say more; 0 when the layout is
    /// complete or the bytes are no frame, which <paramref name="problem"/> then tells. Every length is bounded before
    /// anybody makes room for it.
    /// </summary>
    public static int Read(ReadOnlySpan<byte> bytes, out V1Layout layout, out string? problem)
    {
        layout = default;
        problem = null;
        if (bytes.Length < V1Frame.HeadBytes)
            return V1Frame.HeadBytes;
        if (!bytes.StartsWith(V1Frame.Magic))
            return Refuse("A frame begins with FE ED; this does not.", out problem);
        if (bytes[2] != V1Frame.Version)
            return Refuse($"The frame has version {bytes[2]}; this program reads 1.", out problem);
        uint id = BinaryPrimitives.ReadUInt32BigEndian(bytes[3..]);
        if (id > V1Frame.IdBytesMax)
            return Refuse($"The frame says its id has {id:N0} bytes; at most {V1Frame.IdBytesMax:N0} are taken.", out problem);
        int contentLengthEnd = V1Frame.HeadBytes + (int)id + 12;
        if (bytes.Length < contentLengthEnd)
            return contentLengthEnd;
        uint content = BinaryPrimitives.ReadUInt32BigEndian(bytes[(contentLengthEnd - 4)..]);
        if (content > V1Frame.ContentBytesMax)
            return Refuse($"The frame says its content has {content:N0} bytes; at most {V1Frame.ContentBytesMax:N0} are taken.", out problem);
        int metadataLengthEnd = contentLengthEnd + (int)content + 4;
        if (bytes.Length < metadataLengthEnd)
            return metadataLengthEnd;
        uint metadata = BinaryPrimitives.ReadUInt32BigEndian(bytes[(metadataLengthEnd - 4)..]);
        if (metadata > V1Frame.MetadataBytesMax)
            return Refuse($"The frame says its metadata has {metadata:N0} bytes; at most {V1Frame.MetadataBytesMax:N0} are taken.", out problem);
        layout = new V1Layout(
            (int)id, BinaryPrimitives.ReadInt64BigEndian(bytes[(contentLengthEnd - 12)..]), (int)content, (int)metadata);
        return bytes.Length < layout.TotalBytes ? layout.TotalBytes : 0;
    }

    private static int Refuse(string what, out string? problem)
    {
        problem = what;
        return 0;
    }
}
