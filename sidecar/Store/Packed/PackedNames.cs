using System.Globalization;
using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Packed;

/// <summary>Paths of packed segments: made of numbers and dates alone.</summary>
internal static class PackedNames
{
    /// <summary>A packed segment that is whole on the local disk.</summary>
    public const string Suffix = ".pak";

    /// <summary>What is kept of a packed segment whose chunks are in the cold store alone.</summary>
    public const string StubSuffix = ".cold";

    /// <summary>A file that is being written. Deleted at the next open.</summary>
    public const string UnfinishedSuffix = ".tmp";

    /// <summary>A file that is being fetched. Deleted at the next open.</summary>
    public const string FetchedSuffix = ".part";

    private const int Digits = 10;

    public static string PathOf(int first, int last, long createdMs, string suffix)
    {
        string folder = SegmentNames.Folders(DateTimeOffset.FromUnixTimeMilliseconds(createdMs))[^1];
        return string.Create(CultureInfo.InvariantCulture, $"{folder}/{first:D10}-{last:D10}{suffix}");
    }

    /// <summary>The numbers in a file name; false for any other name.</summary>
    public static bool TryParse(string name, string suffix, out int first, out int last)
    {
        first = last = 0;
        return name.Length == (2 * Digits) + 1 + suffix.Length
            && name.EndsWith(suffix, StringComparison.Ordinal)
            && name[Digits] == '-'
            && int.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && int.TryParse(name.AsSpan(Digits + 1, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out last)
            && first > 0
            && first <= last
            && last <= Address.SegmentMax;
    }
}
