using System.Text.Unicode;
using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Import;

/// <summary>Tells how a file is to be read from its name and its first bytes.</summary>
internal static class FormatSniff
{
    /// <summary>First bytes that are looked at.</summary>
    public const int Bytes = 8 << 10;

    /// <summary>The format, or null with the reason why the file holds no text.</summary>
    public static SourceFormat? Decide(string name, ReadOnlySpan<byte> first, out string? reason)
    {
        reason = null;
        if (first.StartsWith(V1Frame.Magic) && first.Length > 2 && first[2] == V1Frame.Version)
            return SourceFormat.V1;
        if (first.StartsWith(ExportedLine))
            return SourceFormat.Jsonl;
        reason = Unreadable(first);
        if (reason is not null)
            return null;
        string plain = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return Path.GetExtension(plain).ToUpperInvariant() switch
        {
            ".JSONL" or ".NDJSON" => SourceFormat.Jsonl,
            ".JSON" => SourceFormat.Json,
            ".MD" or ".MARKDOWN" => SourceFormat.Markdown,
            _ => IsStanza(first) ? SourceFormat.Stanzas : SourceFormat.Text,
        };
    }

    /// <summary>An export may have any name; taken for a text it would become memories of its own lines.</summary>
    private static ReadOnlySpan<byte> ExportedLine => "{\"thermocline\":"u8;

    private static string? Unreadable(ReadOnlySpan<byte> first)
    {
        if (first.Contains((byte)0))
            return "binary: it holds zero bytes";
        // The last few bytes may be the beginning of a longer sequence.
        for (int cut = 0; cut <= 3 && cut <= first.Length; cut++)
        {
            if (Utf8.IsValid(first[..^cut]))
                return null;
            if (first.Length < Bytes)
                break;
        }

        return "binary, or text that is not UTF-8";
    }

    private static bool IsStanza(ReadOnlySpan<byte> first)
    {
        int line = first.IndexOf((byte)'\n');
        if (line < 0 || !(first.StartsWith("Package: "u8) || first.StartsWith("Source: "u8)))
            return false;
        int colon = first[(line + 1)..].IndexOf(": "u8);
        return colon > 0 && first.Slice(line + 1, colon).IndexOfAnyExcept(FieldName) < 0;
    }

    private static readonly System.Buffers.SearchValues<byte> FieldName =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);
}
