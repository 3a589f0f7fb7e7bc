using System.Globalization;

namespace Thermocline.Benchmarks.Footprint;

/// <summary>What a process holds in RAM, and how much of it is its own, in bytes (<c>smaps_rollup</c>).</summary>
/// <param name="ResidentBytes">All resident pages.</param>
/// <param name="ProportionalBytes">The same, pages shared with other processes divided among them.</param>
/// <param name="AnonymousBytes">Pages that no file stands behind.</param>
internal readonly record struct ProcessShare(long ResidentBytes, long ProportionalBytes, long AnonymousBytes)
{
    public static ProcessShare Of(int processId)
    {
        string path = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/smaps_rollup";
        Dictionary<string, long> fields = File.ReadLines(path).Skip(1)
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(static words => words[0], static words => 1024 * long.Parse(words[1], CultureInfo.InvariantCulture));
        return new ProcessShare(fields["Rss:"], fields["Pss:"], fields["Anonymous:"]);
    }

    /// <summary>The one with the median resident set.</summary>
    public static ProcessShare Median(IEnumerable<ProcessShare> shares)
    {
        ProcessShare[] sorted = [.. shares.OrderBy(static share => share.ResidentBytes)];
        return sorted[sorted.Length / 2];
    }
}
