namespace Thermocline.Testing.Processes;

/// <summary>Where the sidecar's program is, and how to start it.</summary>
public sealed record SidecarProgram(string FileName, IReadOnlyList<string> Arguments)
{
    private const string Variable = "THERMOCLINE_TEST_PROGRAM";

    /// <summary>What to say when <see cref="Find"/> finds nothing.</summary>
    public const string Missing =
        "The sidecar is not built. Build sidecar/Host in the configuration of the tests, or run ./build, or set "
        + Variable + ".";

    /// <summary>
    /// The program named by the environment, else the one built beside the running tests, else the published one.
    /// </summary>
    public static SidecarProgram? Find() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? Of(named)
            : Candidates(AppContext.BaseDirectory).Where(File.Exists).Select(Of).FirstOrDefault();

    /// <summary>The same for a test that cannot do without it.</summary>
    public static SidecarProgram Need() => Required.Found(Find(), Missing);

    private static SidecarProgram Of(string path) =>
        path.EndsWith(".dll", StringComparison.Ordinal)
            ? new SidecarProgram("dotnet", [path])
            : new SidecarProgram(path, []);

    // The build output is artifacts/bin/PROJECT/CONFIGURATION below the root of the repository.
    private static IEnumerable<string> Candidates(string baseFolder)
    {
        DirectoryInfo own = new(Path.TrimEndingDirectorySeparator(baseFolder));
        if (own.Parent?.Parent is { } bin)
        {
            yield return Path.Combine(bin.FullName, "Thermocline.Sidecar", own.Name, "thermocline.dll");
        }

        for (DirectoryInfo? folder = own; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
            {
                yield return Path.Combine(folder.FullName, "out", "thermocline");
            }
        }
    }
}
