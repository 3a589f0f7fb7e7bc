using System.Globalization;
using System.Runtime.InteropServices;

namespace Thermocline.Benchmarks.Measure;

/// <summary>The facts about the machine without which a number means nothing.</summary>
internal static class Machine
{
    public static string Describe(string folder)
    {
        string load = TextOf("/proc/loadavg").Split(' ')[0];
        return string.Create(CultureInfo.InvariantCulture,
            $"{Processor()}, {Environment.ProcessorCount} cores, {MemoryGiB()} GiB, Linux {TextOf("/proc/sys/kernel/osrelease").Trim()}, "
            + $"{FileSystemOf(folder)}, {RuntimeInformation.FrameworkDescription}, load at start {load}");
    }

    /// <summary>The file system that holds a folder: the mount with the longest matching path.</summary>
    public static string FileSystemOf(string folder)
    {
        string full = Path.GetFullPath(folder);
        return TextOf("/proc/self/mountinfo")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(fields => Holds(fields[4], full))
            .OrderBy(fields => fields[4].Length)
            .Select(fields => fields[Array.IndexOf(fields, "-") + 1])
            .LastOrDefault("unknown file system");
    }

    private static bool Holds(string mount, string path) =>
        mount == "/" || path == mount || path.StartsWith(mount + "/", StringComparison.Ordinal);

    private static string Processor() =>
        TextOf("/proc/cpuinfo").Split('\n').FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static long MemoryGiB()
    {
        string? total = TextOf("/proc/meminfo").Split('\n').FirstOrDefault(line => line.StartsWith("MemTotal", StringComparison.Ordinal));
        return total is null ? 0 : (ProcessMemory.KiBOf(total) + (1 << 19)) >> 20;
    }

    private static string TextOf(string path) => File.Exists(path) ? File.ReadAllText(path) : "";
}
