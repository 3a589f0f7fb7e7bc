using System.Text;
using System.Text.Json.Nodes;

namespace Thermocline.Operator.Cluster.Connection;

/// <summary>One entry of a kubeconfig, which knows where it stands so that a mistake can be named.</summary>
internal sealed record KubeconfigSection(string File, string Path, JsonObject Values)
{
    /// <summary>The entry of a list that has that name.</summary>
    public KubeconfigSection Named(string list, string name, string holds)
    {
        string path = $"{list}[{name}]";
        JsonNode? entry = (Values[list] as JsonArray)?.FirstOrDefault(each => each is JsonObject entry && TextOf(entry["name"]) == name);
        return (entry as JsonObject)?[holds] is JsonObject found
            ? new KubeconfigSection(File, $"{path}.{holds}", found)
            : throw new ConnectionException(File, path, "is not there");
    }

    public bool Has(string name) => Values[name] is not null;

    public string? Text(string name) => TextOf(Values[name]) is { Length: > 0 } text ? text : null;

    public string Required(string name) => Text(name) ?? throw Refuse(name, "is missing");

    /// <summary>Text that stands here as base64 under one name, or in a file under another.</summary>
    public string? Content(string dataName, string fileName)
    {
        if (Text(dataName) is { } data)
        {
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(data));
            }
            catch (FormatException)
            {
                throw Refuse(dataName, "is not base64");
            }
        }

        return Text(fileName) is { } file ? TextFile.Read(Resolve(file), File, Field(fileName)) : null;
    }

    /// <summary>A path in a kubeconfig is meant from its folder.</summary>
    public string Resolve(string path) =>
        System.IO.Path.GetFullPath(path, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(File))!);

    public ConnectionException Refuse(string name, string why, Exception? inner = null) => new(File, Field(name), why, inner);

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private string Field(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
