using System.Text;

namespace Thermocline.Testing.Grpc.RawHttp2;

/// <summary>
/// Headers as HPACK has them: written as literals, read without a dynamic table (which the connection forbids) and without Huffman
/// codes (which Kestrel does not write).
/// </summary>
public static class HeaderBlock
{
    // The static table of RFC 7541, appendix A; names and values, from index 1.
    private static readonly string[] Static =
    [
        ":authority", "", ":method", "GET", ":method", "POST", ":path", "/", ":path", "/index.html", ":scheme", "http",
        ":scheme", "https", ":status", "200", ":status", "204", ":status", "206", ":status", "304", ":status", "400",
        ":status", "404", ":status", "500", "accept-charset", "", "accept-encoding", "gzip, deflate", "accept-language", "",
        "accept-ranges", "", "accept", "", "access-control-allow-origin", "", "age", "", "allow", "", "authorization", "",
        "cache-control", "", "content-disposition", "", "content-encoding", "", "content-language", "", "content-length", "",
        "content-location", "", "content-range", "", "content-type", "", "cookie", "", "date", "", "etag", "", "expect", "",
        "expires", "", "from", "", "host", "", "if-match", "", "if-modified-since", "", "if-none-match", "", "if-range", "",
        "if-unmodified-since", "", "last-modified", "", "link", "", "location", "", "max-forwards", "", "proxy-authenticate", "",
        "proxy-authorization", "", "range", "", "referer", "", "refresh", "", "retry-after", "", "server", "", "set-cookie", "",
        "strict-transport-security", "", "transfer-encoding", "", "user-agent", "", "vary", "", "via", "", "www-authenticate", "",
    ];

    /// <summary>The headers of a call, and those that are given beside them or in their place.</summary>
    public static byte[] OfCall(string path, IReadOnlyDictionary<string, string>? others = null)
    {
        var headers = new Dictionary<string, string>
        {
            [":method"] = "POST",
            [":scheme"] = "http",
            [":path"] = path,
            [":authority"] = "localhost",
            ["content-type"] = "application/grpc",
            ["te"] = "trailers",
        };
        foreach ((string name, string value) in others ?? new Dictionary<string, string>())
            headers[name] = value;
        return Write(headers);
    }

    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var block = new List<byte>();
        foreach ((string name, string value) in headers)
        {
            block.Add(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return [.. block];
    }

    /// <exception cref="InvalidDataException">The block is more than this reads.</exception>
    public static IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        var headers = new Dictionary<string, string>();
        while (!block.IsEmpty)
        {
            byte first = block[0];
            if ((first & 0x80) != 0)
            {
                int index = ReadNumber(ref block, 7);
                headers[Name(index)] = Static[(index - 1) * 2 + 1];
            }
            else if ((first & 0xE0) == 0x20)
            {
                ReadNumber(ref block, 5);
            }
            else
            {
                int index = ReadNumber(ref block, (first & 0x40) != 0 ? 6 : 4);
                string name = index == 0 ? ReadText(ref block) : Name(index);
                headers[name] = ReadText(ref block);
            }
        }

        return headers;
    }

    private static string Name(int index) => index >= 1 && index <= Static.Length / 2
        ? Static[(index - 1) * 2]
        : throw new InvalidDataException($"There is no header {index} without a dynamic table.");

    private static void WriteText(List<byte> block, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        WriteNumber(block, bytes.Length);
        block.AddRange(bytes);
    }

    private static void WriteNumber(List<byte> block, int value)
    {
        const int Full = 0x7F;
        block.Add((byte)Math.Min(value, Full));
        if (value < Full)
            return;
        for (value -= Full; value >= 0x80; value >>= 7)
            block.Add((byte)(value & Full | 0x80));
        block.Add((byte)value);
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        if ((block[0] & 0x80) != 0)
            throw new InvalidDataException("Huffman codes are not read here.");
        int length = ReadNumber(ref block, 7);
        string text = Encoding.Latin1.GetString(block[..length]);
        block = block[length..];
        return text;
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> block, int bits)
    {
        int full = (1 << bits) - 1, value = block[0] & full;
        block = block[1..];
        if (value < full)
            return value;
        for (int shift = 0; ; shift += 7)
        {
            byte next = block[0];
            block = block[1..];
            value += (next & 0x7F) << shift;
            if ((next & 0x80) == 0)
                return value;
        }
    }
}
