namespace Thermocline.Store.Files;

/// <summary>
/// The rule every implementation of <see cref="IFiles"/> applies to its paths: relative, separated by <c>/</c>, no
/// segment that is empty or climbs. The engine makes all paths itself, so a bad one is a bug and raises
/// <see cref="ArgumentException"/>.
/// </summary>
internal static class RelativePath
{
    /// <summary>The folder itself, as a directory path.</summary>
    public const string Root = "";

    /// <summary>Refuses anything that is not a plain path of a file below the folder.</summary>
    public static void CheckFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0)
        {
            throw new ArgumentException("The path of a file is empty.", nameof(path));
        }

        CheckSegments(path);
    }

    /// <summary>Refuses anything that is neither <see cref="Root"/> nor a plain path below the folder.</summary>
    public static void CheckDirectory(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length > 0)
        {
            CheckSegments(path);
        }
    }

    /// <summary>The directory a path lies in; <see cref="Root"/> for a single segment.</summary>
    public static string Parent(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? Root : path[..slash];
    }

    /// <summary>The last segment of a path.</summary>
    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>A directory and all directories above it below the folder, outermost first.</summary>
    public static IEnumerable<string> WithParents(string directory)
    {
        for (int slash = directory.IndexOf('/'); slash >= 0; slash = directory.IndexOf('/', slash + 1))
        {
            yield return directory[..slash];
        }

        if (directory.Length > 0)
        {
            yield return directory;
        }
    }

    private static void CheckSegments(string path)
    {
        foreach (Range range in path.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> segment = path.AsSpan()[range];
            if (segment.IsEmpty || segment is "." or ".." || segment.ContainsAny('\\', '\0', ':'))
            {
                throw new ArgumentException(
                    $"'{path}' is not a plain relative path: it is rooted, or a segment is empty, climbs or names a drive.",
                    nameof(path));
            }
        }
    }
}
