using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Thermocline.Testing.Crash;

/// <summary>
/// Values that say whose they are, which version, and what their content must hash to: a torn, mixed or misplaced value
/// cannot pass.
/// </summary>
internal static class SelfDescribingValue
{
    private const int SmallBytesMax = 1500;
    private const int LargeBytesMax = 100_000;
    private const int LargeOneIn = 40;

    public static byte[] Make(string key, long version, Random random)
    {
        byte[] content = new byte[random.Next(random.Next(LargeOneIn) == 0 ? LargeBytesMax : SmallBytesMax)];
        random.NextBytes(content);
        string hash = Convert.ToHexString(SHA256.HashData(content));
        string header = string.Create(CultureInfo.InvariantCulture, $"{key}\n{version}\n{content.Length}\n{hash}\n");
        return [.. Encoding.UTF8.GetBytes(header), .. content];
    }

    /// <summary>The version of an undamaged value of this key; null when it is anything else.</summary>
    public static long? VersionOf(string key, ReadOnlySpan<byte> value)
    {
        string? owner = Line(ref value);
        string? version = Line(ref value);
        string? length = Line(ref value);
        string? hash = Line(ref value);
        return owner == key
            && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && length == value.Length.ToString(CultureInfo.InvariantCulture)
            && hash == Convert.ToHexString(SHA256.HashData(value))
                ? number
                : null;
    }

    private static string? Line(ref ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            return null;
        }

        string line = Encoding.UTF8.GetString(rest[..end]);
        rest = rest[(end + 1)..];
        return line;
    }
}
