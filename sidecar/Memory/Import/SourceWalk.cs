namespace Thermocline.Memory.Import;

/// <summary>
/// The files below the given paths, in an order that depends on their names alone. Folders whose names start with a dot
/// are left out, and so are links to folders, so a walk always ends. A link to a file is followed when the file is not
/// one the walk meets anyway.
/// </summary>
public sealed class SourceWalk(IReadOnlyList<string> paths)
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = true,
        ReturnSpecialDirectories = false,
    };

    /// <summary>Paths that do not exist.</summary>
    public IEnumerable<string> Missing() => paths.Where(path => !File.Exists(path) && !Directory.Exists(path));

    /// <summary>The files, one by one.</summary>
    public IEnumerable<SourceFile> Files()
    {
        foreach (string path in paths)
        {
            string full = Path.GetFullPath(path);
            if (File.Exists(full))
            {
                yield return Describe(new FileInfo(full));
                continue;
            }

            foreach (SourceFile file in Below(new DirectoryInfo(full), full, 0))
                yield return file;
        }
    }

    private static IEnumerable<SourceFile> Below(DirectoryInfo folder, string root, int depth)
    {
        if (!folder.Exists || depth > ImportLimits.FolderDepthMax)
            yield break;
        FileSystemInfo[] entries = [.. folder.EnumerateFileSystemInfos("*", Everything)];
        Array.Sort(entries, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        foreach (FileSystemInfo entry in entries)
        {
            bool isLink = entry.LinkTarget is not null;
            if (entry is DirectoryInfo inner)
            {
                if (isLink || inner.Name.StartsWith('.'))
                    continue;
                foreach (SourceFile file in Below(inner, root, depth + 1))
                    yield return file;
            }
            else if (entry is FileInfo file && (isLink ? Target(file, root) : file) is { } real && IsPlain(real))
            {
                yield return Describe(real);
            }
        }
    }

    /// <summary>What a link stands for, or null when it leads nowhere or to a file that the walk meets by itself.</summary>
    private static FileInfo? Target(FileInfo link, string root)
    {
        try
        {
            if (link.ResolveLinkTarget(returnFinalTarget: true) is not FileInfo { Exists: true } target)
                return null;
            string inside = Path.GetRelativePath(root, target.FullName);
            bool isOutside = inside.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(inside);
            bool isHidden = inside.Split(Path.DirectorySeparatorChar)[..^1].Any(part => part.StartsWith('.'));
            return isOutside || isHidden ? target : null;
        }
        catch (IOException)
        {
            // A loop of links, or one that leads nowhere: there is no file to import.
            return null;
        }
    }

    /// <summary>Pipes, sockets and devices are no sources: reading one may never end.</summary>
    private static bool IsPlain(FileInfo file) =>
        OperatingSystem.IsWindows() || (file.Attributes & (FileAttributes.Device | FileAttributes.System)) == 0;

    private static SourceFile Describe(FileInfo file) =>
        new(file.FullName, file.Length, new DateTimeOffset(DateTime.SpecifyKind(file.LastWriteTimeUtc, DateTimeKind.Utc)));
}
