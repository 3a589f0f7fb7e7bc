using System.Text.Json;
using System.Xml.Linq;

namespace Thermocline.Tidy.Tests;

/// <summary>Project files, the central package versions, and the lock files that must agree with both.</summary>
internal static class ProjectFile
{
    // The SDK adds these by itself, in a version of its own.
    private static readonly string[] Implicit = ["Microsoft.NET.ILLink.Tasks", "Microsoft.DotNet.ILCompiler"];

    public static string RootNamespace(SourceFile project) =>
        XDocument.Parse(project.Text).Descendants("RootNamespace").FirstOrDefault()?.Value
        ?? project.Name[..^".csproj".Length];

    /// <summary>The name under which lock files list a project.</summary>
    public static string AssemblyName(SourceFile project) =>
        XDocument.Parse(project.Text).Descendants("AssemblyName").FirstOrDefault()?.Value
        ?? project.Name[..^".csproj".Length];

    public static IReadOnlyDictionary<string, string> CentralVersions(string packagesProps) =>
        XDocument.Parse(packagesProps).Descendants("PackageVersion")
            .ToDictionary(element => Attribute(element, "Include"), element => Attribute(element, "Version"));

    public static IEnumerable<string> OwnVersions(SourceFile project) =>
        from element in XDocument.Parse(project.Text).Descendants("PackageReference")
        where element.Attribute("Version") is not null || element.Attribute("VersionOverride") is not null
        select $"{project.Path} gives {Attribute(element, "Include")} a version of its own. Versions stand in Directory.Packages.props.";

    public static IEnumerable<string> Unlisted(SourceFile project, string solution) =>
        solution.Contains(project.Path.Replace('/', '\\'), StringComparison.Ordinal)
            ? []
            : [$"{project.Path} is not in Platform.sln. Add it: dotnet sln Platform.sln add {project.Path}."];

    /// <summary>Compares the direct packages and projects of a lock file with those of its project.</summary>
    /// <param name="project">The project.</param>
    /// <param name="lockFile">The text of its lock file.</param>
    /// <param name="versions">The central version of each package.</param>
    /// <param name="assemblies">The assembly name of each project file, where it differs.</param>
    public static IEnumerable<string> StaleLock(
        SourceFile project,
        string? lockFile,
        IReadOnlyDictionary<string, string> versions,
        IReadOnlyDictionary<string, string>? assemblies = null)
    {
        const string Remedy = "Run dotnet restore and commit packages.lock.json.";
        if (lockFile is null)
        {
            return [$"{project.Path} has no packages.lock.json beside it. {Remedy}"];
        }

        Dictionary<string, string?> locked = Locked(lockFile);
        Dictionary<string, string?> wanted = Wanted(project, versions, assemblies ?? new Dictionary<string, string>());
        return wanted
            .Where(want => !locked.TryGetValue(want.Key, out string? version) || (want.Value is not null && version != want.Value))
            .Select(want => $"{project.Path}: the lock file does not have {want.Key} {want.Value}. {Remedy}")
            .Concat(locked.Keys
                .Where(name => !wanted.ContainsKey(name) && locked[name] is not null)
                .Select(name => $"{project.Path}: the lock file has {name}, which the project does not use. {Remedy}"));
    }

    private static Dictionary<string, string?> Wanted(
        SourceFile project, IReadOnlyDictionary<string, string> versions, IReadOnlyDictionary<string, string> assemblies)
    {
        XDocument document = XDocument.Parse(project.Text);
        var wanted = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (string name in Includes(document, "PackageReference"))
        {
            wanted[name] = versions.GetValueOrDefault(name, "(no central version)");
        }

        foreach (string path in Includes(document, "ProjectReference"))
        {
            string name = Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
            wanted[assemblies.GetValueOrDefault(name, name)] = null;
        }

        return wanted;
    }

    // Direct packages with the lower bound that was asked for, projects with null.
    private static Dictionary<string, string?> Locked(string lockFile)
    {
        var locked = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        using JsonDocument document = JsonDocument.Parse(lockFile);
        foreach (JsonProperty framework in document.RootElement.GetProperty("dependencies").EnumerateObject())
        {
            foreach (JsonProperty entry in framework.Value.EnumerateObject())
            {
                string? type = entry.Value.GetProperty("type").GetString();
                if (type == "Direct" && !Implicit.Contains(entry.Name))
                {
                    string requested = entry.Value.GetProperty("requested").GetString()!;
                    locked[entry.Name] = requested.Trim('[', ']', '(', ')', ' ').Split(',')[0];
                }
                else if (type == "Project")
                {
                    locked[entry.Name] = null;
                }
            }
        }

        return locked;
    }

    private static IEnumerable<string> Includes(XDocument document, string element) =>
        document.Descendants(element).Select(reference => Attribute(reference, "Include"));

    private static string Attribute(XElement element, string name) => element.Attribute(name)?.Value ?? "";
}
