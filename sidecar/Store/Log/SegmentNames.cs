using System.Globalization;
using Thermocline.Store.Files;

namespace Thermocline.Store.Log;

/// <summary>Paths of segments: made of numbers and dates alone.</summary>
internal static class SegmentNames
{
    private const string Root = "log";
    private const string Suffix = ".seg";

    /// <summary>The folders that lead to a segment created at this time, outermost first.</summary>
    public static string[] Folders(DateTimeOffset created)
    {
        string year = string.Create(CultureInfo.InvariantCulture, $"{Root}/{created.UtcDateTime.Year:D4}");
        return ["", Root, year, string.Create(CultureInfo.InvariantCulture, $"{year}/{created.UtcDateTime.Month:D2}")];
    }

    public static string PathOf(int number, DateTimeOffset created) =>
        string.Create(CultureInfo.InvariantCulture, $"{Folders(created)[^1]}/{number:D20}{Suffix}");

    /// <summary>Every file of the log: its folder and its name.</summary>
    public static IEnumerable<(string Folder, string Name)> List(IFiles files)
    {
        foreach (string year in files.List(Root))
        {
            foreach (string month in files.List($"{Root}/{year}"))
            {
                string folder = $"{Root}/{year}/{month}";
                foreach (string name in files.List(folder))
                    yield return (folder, name);
            }
        }
    }

    /// <summary>The number in the name of a raw segment; false for any other name.</summary>
    public static bool TryParse(string name, out int number)
    {
        number = 0;
        return name.Length == 20 + Suffix.Length
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number is > 0 and <= Format.Address.SegmentMax;
    }
}
