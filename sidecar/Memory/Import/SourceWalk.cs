namespace Thermocline.Memory.Import;

/// <summary>
/// The files below the given paths, in an order that depends on their names alone. Folders whose names start with a dot
/// are left out, and so are links to folders, so a walk always ends. A link to a file is followed when the file is not
/// one the walk meets anyway. Files without length are met only when they are named themselves.
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
        string[] roots = [.. paths.Select(Path.GetFullPath)];
        foreach (string root in roots)
        {
            if (File.Exists(root))
            {
                yield return Describe(new FileInfo(root));
                continue;
            }

            foreach (SourceFile file in Below(new DirectoryInfo(root), roots, 0))
                yield return file;
        }
    }

    private static IEnumerable<SourceFile> Below(DirectoryInfo folder, string[] roots, int depth)
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
                foreach (SourceFile file in Below(inner, roots, depth + 1))
                    yield return file;
            }
            else if (entry is FileInfo file && (isLink ? Target(file, roots) : file) is { } real && HasLength(real))
            {
                yield return Describe(real);
            }
        }
    }

    /// <summary>What a link stands for, or null when it leads nowhere or to a file that the walk meets by itself.</summary>
    private static FileInfo? Target(FileInfo link, string[] roots)
    {
        try
        {
            if (link.ResolveLinkTarget(returnFinalTarget: true) is not FileInfo { Exists: true } target)
                return null;
            return Array.Exists(roots, root => IsMet(root, target.FullName)) ? null : target;
        }
        catch (IOException)
        {
            // A loop of links, or one that leads nowhere: there is no file to import.
            return null;
        }
    }

    /// <summary>Whether a walk of the root comes to the file: it lies below, and in no folder whose name starts with a dot.</summary>
    private static bool IsMet(string root, string file)
    {
        if (file == root)
            return true;
        string inside = Path.GetRelativePath(root, file);
        if (Path.IsPathRooted(inside) || inside == ".." || inside.StartsWith("../", StringComparison.Ordinal))
            return false;
        return !inside.Split(Path.DirectorySeparatorChar)[..^1].Any(part => part.StartsWith('.'));
    }

    /// <summary>
    /// Pipes, sockets and devices have no length; reading one may never end. An empty file looks the same and holds
    /// nothing anyway.
    /// </summary>
    private static bool HasLength(FileInfo file) => file.Length > 0;

    private static SourceFile Describe(FileInfo file) =>
        new(file.FullName, file.Length);
}
