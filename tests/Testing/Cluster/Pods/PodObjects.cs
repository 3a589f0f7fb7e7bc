using System.Text;
using System.Text.Json.Nodes;

namespace Thermocline.Testing.Cluster.Pods;

/// <summary>The pods, maps and secrets of a namespace at one moment.</summary>
internal sealed class PodObjects
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, byte[]>> _maps = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, byte[]>> _secrets = [];

    private PodObjects(IReadOnlyList<JsonNode> pods) => Pods = pods;

    public IReadOnlyList<JsonNode> Pods { get; }

    public static PodObjects Of(JsonNode list)
    {
        JsonNode[] items = [.. (list["items"] as JsonArray ?? []).OfType<JsonNode>()];
        var objects = new PodObjects([.. items.Where(static item => (string?)item["kind"] == "Pod")]);
        foreach (JsonNode item in items)
        {
            string name = (string)item["metadata"]!["name"]!;
            if ((string?)item["kind"] == "ConfigMap")
                objects._maps[name] = Content(item, Encoding.UTF8.GetBytes);
            else if ((string?)item["kind"] == "Secret")
                objects._secrets[name] = Content(item, Convert.FromBase64String);
        }

        return objects;
    }

    public IReadOnlyDictionary<string, byte[]>? Map(string name) => _maps.GetValueOrDefault(name);

    public IReadOnlyDictionary<string, byte[]>? Secret(string name) => _secrets.GetValueOrDefault(name);

    private static Dictionary<string, byte[]> Content(JsonNode item, Func<string, byte[]> read) =>
        (item["data"] as JsonObject ?? []).ToDictionary(static pair => pair.Key, pair => read((string)pair.Value!));
}
