using Thermocline.Memory.Import;

namespace Thermocline.Sidecar.Import;

/// <summary>What is imported: the paths given, or real text found on the machine when none is.</summary>
internal sealed class SourceChoice
{
    private const long FoundBytesMax = 100L << 20;

    private static readonly string[] Candidates =
        ["/var/lib/dpkg/status", "/usr/share/common-licenses", "/usr/share/doc"];

    private readonly SourceWalk _walk;
    private readonly string _left;

    private SourceChoice(IReadOnlyList<string> paths, string folder, long fileBytesMax, string? note)
    {
        _walk = new SourceWalk(paths);
        // The store's own files are no text of anybody's.
        _left = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        FileBytesMax = fileBytesMax;
        Note = note;
    }

    /// <summary>Most bytes of files that are read.</summary>
    public long FileBytesMax { get; }

    /// <summary>What was chosen, in words; null when the caller chose.</summary>
    public string? Note { get; }

    public static SourceChoice Of(IReadOnlyList<string> paths, string folder)
    {
        if (paths.Count > 0)
            return new SourceChoice(paths, folder, long.MaxValue, null);
        string[] found = [.. Candidates.Where(path => File.Exists(path) || Directory.Exists(path))];
        if (found.Length == 0)
            found = ["."];
        return new SourceChoice(found, folder, FoundBytesMax,
            $"No path given: importing text found on this machine, at most {FoundBytesMax >> 20} MiB of files from {string.Join(", ", found)}");
    }

    public IEnumerable<SourceFile> Files() => _walk.Files().Where(file => !file.Path.StartsWith(_left, StringComparison.Ordinal));

    /// <summary>Bytes of all files that will be read.</summary>
    public long TotalBytes()
    {
        long total = 0;
        foreach (SourceFile file in Files())
        {
            if (total >= FileBytesMax)
                break;
            total += file.Bytes;
        }

        return total;
    }
}
