namespace Thermocline.Tidy.Tests;

/// <summary>The working copy these tests were built from.</summary>
internal static class Repository
{
    private const long TextBytesMax = 4 << 20;

    private static readonly string[] Generated =
        [".git", "artifacts", "out", "data", "bin", "obj", "TestResults", "node_modules", ".vs", ".idea"];

    private static readonly string[] TextEndings =
    [
        ".cs", ".csproj", ".props", ".targets", ".sln", ".md", ".json", ".yaml", ".yml", ".xml", ".html", ".css", ".js", ".sh",
        ".txt", ".go", ".py", ".proto", ".editorconfig", ".gitignore", ".gitattributes",
    ];

    public static string Root { get; } = FindRoot();

    /// <summary>Every text file under version control's care: build output and data folders are left out.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } =
        [.. ReadFiles(Root).OrderBy(file => file.Path, StringComparer.Ordinal)];

    public static IEnumerable<SourceFile> CSharp => Files.Where(file => file.IsCSharp);

    public static IEnumerable<SourceFile> Projects =>
        Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal));

    public static string? Find(string path) => Files.FirstOrDefault(file => file.Path == path)?.Text;

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Platform.sln is in no folder above the tests: run them from the build output.");
    }

    private static IEnumerable<SourceFile> ReadFiles(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            string relative = Path.GetRelativePath(Root, path).Replace('\\', '/');
            bool text = TextEndings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal))
                || Path.GetExtension(path).Length == 0;
            if (text && new FileInfo(path) is { LinkTarget: null, Length: < TextBytesMax })
            {
                yield return new SourceFile(relative, File.ReadAllText(path));
            }
        }

        foreach (string below in Directory.EnumerateDirectories(folder))
        {
            if (!Generated.Contains(Path.GetFileName(below)))
            {
                foreach (SourceFile file in ReadFiles(below))
                {
                    yield return file;
                }
            }
        }
    }
}
