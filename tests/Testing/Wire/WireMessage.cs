using System.Globalization;
using System.Text;

namespace Thermocline.Testing.Wire;

/// <summary>An HTTP/1.1 message: its first line and header fields as they came, and its body.</summary>
internal sealed record WireMessage(string StartLine, IReadOnlyList<string> Fields, byte[] Body)
{
    private const int HeadBytesMax = 64 << 10;
    private const int BodyBytesMax = 128 << 20;

    /// <summary>Reads a request, asking for its body when the client waits to be asked; null when the client is gone.</summary>
    public static async Task<WireMessage?> ReadRequestAsync(Stream client, CancellationToken cancellation)
    {
        var head = new List<byte>();
        byte[] one = new byte[1];
        while (!EndsHead(head))
        {
            if (head.Count == HeadBytesMax || await client.ReadAsync(one, cancellation) == 0)
                return null;
            head.Add(one[0]);
        }

        WireMessage message = Parse([.. head], []);
        if (message.Field("Expect") is not null)
            await client.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellation);
        byte[] body = new byte[message.Length];
        await client.ReadExactlyAsync(body, cancellation);
        return message with { Body = body };
    }

    /// <summary>Splits everything a server sent before it closed.</summary>
    public static WireMessage Parse(byte[] bytes)
    {
        int end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        return end < 0
            ? throw new InvalidDataException("The upstream answered no HTTP.")
            : Parse(bytes[..(end + 4)], bytes[(end + 4)..]);
    }

    /// <summary>An answer of our own, as S3 words its errors.</summary>
    public static WireMessage Error(int status, string code)
    {
        byte[] body = Encoding.UTF8.GetBytes(
            $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>Scripted.</Message></Error>");
        return new WireMessage($"HTTP/1.1 {status} Scripted", ["Content-Type: application/xml", "Connection: close"], body).WithLength(body.Length);
    }

    /// <summary>The value of a header field, or null.</summary>
    public string? Field(string name) =>
        Fields.FirstOrDefault(field => field.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) is { } found
            ? found[(name.Length + 1)..].Trim()
            : null;

    public WireMessage Without(string name) =>
        this with { Fields = [.. Fields.Where(field => !field.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))] };

    public WireMessage With(string name, string value) =>
        Without(name) with { Fields = [.. Without(name).Fields, $"{name}: {value}"] };

    public WireMessage WithLength(long length) => With("Content-Length", length.ToString(CultureInfo.InvariantCulture));

    public byte[] ToBytes() =>
        [.. Encoding.Latin1.GetBytes(string.Join("\r\n", [StartLine, .. Fields, "", ""])), .. Body];

    private int Length =>
        Field("Content-Length") is { } text && int.Parse(text, CultureInfo.InvariantCulture) is var length and >= 0 and <= BodyBytesMax
            ? length
            : 0;

    private static bool EndsHead(List<byte> head) =>
        head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n' && head[^4] == '\r';

    private static WireMessage Parse(byte[] head, byte[] body)
    {
        string[] lines = Encoding.Latin1.GetString(head).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return new WireMessage(lines[0], lines[1..], body);
    }
}
