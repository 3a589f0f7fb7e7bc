using System.Text;

namespace Thermocline.Store.Tests.Compression;

/// <summary>Values of many shapes out of a seed.</summary>
internal static class Samples
{
    private static readonly string[] Words =
        ("the store keeps what is used near the surface and lets what is not used sink to the disk below where it is cheap "
         + "retry the upload after a pause because the other side answered with an error about the bucket policy today")
        .Split(' ');

    public static readonly string[] Shapes = ["zeros", "noise", "text", "runs", "counter", "json"];

    public static byte[] Of(string shape, int length, Random random)
    {
        byte[] bytes = new byte[length];
        switch (shape)
        {
            case "noise":
                random.NextBytes(bytes);
                break;
            case "text":
                Repeat(bytes, () => Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)] + " "));
                break;
            case "runs":
                Repeat(bytes, () => [.. Enumerable.Repeat((byte)random.Next(256), random.Next(1, 300))]);
                break;
            case "counter":
                for (int i = 0; i < length; i++)
                    bytes[i] = (byte)((i >> 3) & 0xFF);
                break;
            case "json":
                Repeat(bytes, () => Memory(random));
                break;
        }

        return bytes;
    }

    /// <summary>A memory as the sidecar keeps it, a few hundred bytes long.</summary>
    public static byte[] Memory(Random random)
    {
        var text = new StringBuilder();
        for (int i = random.Next(10, 120); i > 0; i--)
            text.Append(Words[random.Next(Words.Length)]).Append(' ');
        return Encoding.UTF8.GetBytes(
            $$$"""{"id":"{{{random.NextInt64():x16}}}","timestamp":"2026-03-{{{random.Next(10, 28)}}}T08:{{{random.Next(10, 60)}}}:00Z","type":"note","importance":0.{{{random.Next(1000)}}},"tags":["{{{Words[random.Next(Words.Length)]}}}"],"content":"{{{text}}}"}""");
    }

    public static ReadOnlyMemory<byte>[] Memories(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (ReadOnlyMemory<byte>)Memory(random))];
    }

    private static void Repeat(Span<byte> bytes, Func<byte[]> next)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> part = next();
            part = part[..Math.Min(part.Length, bytes.Length)];
            part.CopyTo(bytes);
            bytes = bytes[part.Length..];
        }
    }
}
