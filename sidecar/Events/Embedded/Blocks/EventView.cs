using System.Text;

namespace Thermocline.Events.Embedded.Blocks;

/// <summary>An event as it lies in a block: where its parts are.</summary>
internal readonly record struct EventView
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>();

    public long PublishedAtMs { get; init; }

    /// <summary>When it is no longer worth delivering, ms since 1970, or <see cref="long.MaxValue"/>.</summary>
    public long ExpiresAtMs { get; init; }

    public string Context { get; init; }

    public string ContentType { get; init; }

    public Range Id { get; init; }

    public Range Metadata { get; init; }

    public Range Payload { get; init; }

    /// <summary>The publisher's id, or null when it gave none.</summary>
    public string? IdIn(byte[] block) =>
        Id.Equals(default) ? null : Encoding.UTF8.GetString(block.AsSpan(Id));

    /// <summary>Its metadata: the bytes were checked when the view was made.</summary>
    public IReadOnlyDictionary<string, string> MetadataIn(byte[] block)
    {
        if (Metadata.Equals(default))
            return NoMetadata;
        ReadOnlySpan<byte> bytes = block.AsSpan(Metadata);
        int at = 0;
        _ = Numbers.TryRead(bytes, ref at, out ulong count);
        var pairs = new Dictionary<string, string>((int)count, StringComparer.Ordinal);
        for (ulong i = 0; i < count; i++)
        {
            string name = ReadText(bytes, ref at);
            pairs[name] = ReadText(bytes, ref at);
        }

        return pairs;
    }

    private static string ReadText(ReadOnlySpan<byte> bytes, ref int at)
    {
        _ = Numbers.TryReadLength(bytes, ref at, out int length);
        string text = Encoding.UTF8.GetString(bytes.Slice(at, length));
        at += length;
        return text;
    }
}
