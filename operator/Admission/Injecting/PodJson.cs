using System.Globalization;
using System.Text.Json.Nodes;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>Reads of a pod's JSON that find nothing where something else stands, and never throw.</summary>
internal static class PodJson
{
    public static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
            node = (node as JsonObject)?[name];
        return node;
    }

    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue(out bool said) && said;

    // By its text: a number that was parsed and one that was made here are read by different types.
    public static long? Number(JsonNode? node) =>
        node is JsonValue value && long.TryParse(value.ToJsonString(), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;

    public static IEnumerable<JsonObject> Objects(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>();

    public static JsonObject? Named(JsonNode? list, string name) => Objects(list).FirstOrDefault(each => Text(each["name"]) == name);

    public static Dictionary<string, string> Texts(JsonNode? map) =>
        (map as JsonObject ?? []).Where(static each => Text(each.Value) is not null)
            .ToDictionary(static each => each.Key, static each => Text(each.Value)!, StringComparer.Ordinal);

    /// <summary>Containers of both lists.</summary>
    public static IEnumerable<JsonObject> Containers(JsonObject pod) =>
        [.. Objects(At(pod, "spec", "initContainers")), .. Objects(At(pod, "spec", "containers"))];

    /// <summary>The object of that name, made when it is absent.</summary>
    public static JsonObject Section(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject section)
            parent[name] = section = [];
        return section;
    }

    /// <summary>The list of that name, made when it is absent.</summary>
    public static JsonArray List(JsonObject parent, string name)
    {
        if (parent[name] is not JsonArray list)
            parent[name] = list = [];
        return list;
    }
}
