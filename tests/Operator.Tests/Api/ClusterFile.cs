using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Testing;

namespace Thermocline.Operator.Tests.Api;

/// <summary>
/// A file of tests/Golden/memoryclusters: a resource, or one before and after a change, below comments that say what is wrong:
/// <c># refused: PATH: MESSAGE</c>, or <c># refused: PATH</c> where API server and operator use words of their own, or
/// <c># unreadable: PATH</c> where a value has another type.
/// </summary>
internal sealed record ClusterFile(string Name, string Text)
{
    private const string Refusal = "# refused: ";
    private const string Unreadability = "# unreadable: ";

    public IReadOnlyList<(string Path, string? Message)> Refused => [.. Comments(Refusal).Select(Split)];

    public string? Unreadable => Comments(Unreadability).SingleOrDefault();

    /// <summary>Its documents, each as it stands.</summary>
    public IReadOnlyList<string> Documents => Text.Split("\n---\n");

    public static IEnumerable<string> Names(string folder) =>
        Directory.GetFiles(Folder(folder), "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal);

    public static ClusterFile Read(string folder, string name) =>
        new(name, File.ReadAllText(Path.Combine(Folder(folder), name + ".yaml")));

    public static MemoryCluster Parse(string document) => Parse(YamlJson.Of(document));

    public static MemoryCluster Parse(JsonNode json) => json.Deserialize(MemoryClusterJson.Default.MemoryCluster)!;

    private static string Folder(string folder) => Path.Combine(
        RepositoryRoot.Find() ?? throw new InvalidOperationException("The tests run outside the working copy."),
        "tests", "Golden", "memoryclusters", folder);

    private static (string, string?) Split(string line)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0 ? (line, null) : (line[..colon], line[(colon + 2)..]);
    }

    private IEnumerable<string> Comments(string start) =>
        Text.Split('\n').Where(line => line.StartsWith(start, StringComparison.Ordinal)).Select(line => line[start.Length..]);
}
