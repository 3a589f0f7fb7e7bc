using Xunit;

namespace Thermocline.Tidy.Tests;

public sealed class ProjectFileTests
{
    private const string Lock =
        """
        {"version":2,"dependencies":{"net10.0":{
          "YamlDotNet":{"type":"Direct","requested":"[16.3.0, )","resolved":"16.3.0"},
          "Other":{"type":"Transitive","resolved":"1.0.0"},
          "thermocline.store":{"type":"Project"}}}}
        """;

    private static readonly Dictionary<string, string> Versions = new() { ["YamlDotNet"] = "16.3.0", ["Polly.Core"] = "8.9.1" };

    [Fact]
    public void Every_project_has_a_lock_file_that_is_not_stale()
    {
        IReadOnlyDictionary<string, string> versions = ProjectFile.CentralVersions(Repository.Find("Directory.Packages.props")!);
        var assemblies = Repository.Projects.ToDictionary(project => project.Name[..^".csproj".Length], ProjectFile.AssemblyName);
        Findings.AssertNone(Repository.Projects.SelectMany(project =>
            ProjectFile.StaleLock(project, Repository.Find($"{project.Folder}/packages.lock.json"), versions, assemblies)));
    }

    [Fact]
    public void Package_versions_stand_in_one_place() =>
        Findings.AssertNone(Repository.Projects.SelectMany(ProjectFile.OwnVersions));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = Repository.Find("Platform.sln")!;
        Findings.AssertNone(Repository.Projects.SelectMany(project => ProjectFile.Unlisted(project, solution)));
    }

    [Fact]
    public void A_lock_file_that_agrees_is_accepted() =>
        Assert.Empty(ProjectFile.StaleLock(Project("YamlDotNet", "../Store/Thermocline.Store.csproj"), Lock, Versions));

    [Fact]
    public void A_missing_lock_file_is_found() => Assert.Single(ProjectFile.StaleLock(Project("YamlDotNet"), null, Versions));

    [Fact]
    public void A_package_the_lock_file_lacks_is_found() =>
        Assert.Contains("Polly.Core 8.9.1", Assert.Single(ProjectFile.StaleLock(
            Project("YamlDotNet\" /><PackageReference Include=\"Polly.Core", "../Store/Thermocline.Store.csproj"), Lock, Versions)), StringComparison.Ordinal);

    [Fact]
    public void A_version_that_moved_is_found() =>
        Assert.Single(ProjectFile.StaleLock(
            Project("YamlDotNet", "../Store/Thermocline.Store.csproj"), Lock, new Dictionary<string, string> { ["YamlDotNet"] = "17.0.0" }));

    [Fact]
    public void A_package_nobody_uses_any_more_is_found() =>
        Assert.Single(ProjectFile.StaleLock(
            new SourceFile("sidecar/A/A.csproj", "<Project />"), Lock, Versions));

    [Fact]
    public void A_project_outside_the_solution_is_found() => Assert.Single(ProjectFile.Unlisted(Project("A"), "Project = \"sidecar\\B\\B.csproj\""));

    [Fact]
    public void A_version_in_a_project_is_found() =>
        Assert.Single(ProjectFile.OwnVersions(new SourceFile("a/A.csproj", "<Project><PackageReference Include=\"A\" Version=\"1\" /></Project>")));

    private static SourceFile Project(string package, string? reference = null) => new(
        "sidecar/A/A.csproj",
        $"<Project><PackageReference Include=\"{package}\" />{(reference is null ? "" : $"<ProjectReference Include=\"{reference}\" />")}</Project>");
}
