using System.Globalization;

namespace Thermocline.Benchmarks.Measure;

/// <summary>What the kernel says a process keeps in RAM.</summary>
/// <param name="ResidentBytes">All resident pages.</param>
/// <param name="AnonymousBytes">Resident pages that no file stands behind: they cannot be dropped.</param>
/// <param name="PeakBytes">The most there ever were.</param>
internal readonly record struct ProcessMemory(long ResidentBytes, long AnonymousBytes, long PeakBytes)
{
    public static ProcessMemory Of(int processId)
    {
        string[] lines = File.ReadAllLines($"/proc/{processId}/status");
        return new(1024 * KiBOf(Line(lines, "VmRSS:")), 1024 * KiBOf(Line(lines, "RssAnon:")),
            1024 * KiBOf(Line(lines, "VmHWM:")));
    }

    public static long KiBOf(string line) =>
        long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);

    private static string Line(string[] lines, string name) =>
        lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Replace('\t', ' ');
}
