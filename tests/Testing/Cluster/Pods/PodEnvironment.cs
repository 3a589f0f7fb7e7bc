using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Thermocline.Testing.Cluster.Pods;

/// <summary>The environment of a container as a node works it out: fields of the pod, keys of secrets and maps, references to earlier variables.</summary>
internal static partial class PodEnvironment
{
    public static IReadOnlyDictionary<string, string> Of(JsonNode container, JsonNode pod, string address, PodObjects objects)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonNode entry in (container["env"] as JsonArray ?? []).OfType<JsonNode>())
        {
            string name = (string)entry["name"]!;
            string? value = entry["valueFrom"] is JsonObject from
                ? From(from, pod, address, objects)
                : Reference().Replace((string?)entry["value"] ?? "", match => values.GetValueOrDefault(match.Groups[1].Value, match.Value));
            if (value is not null)
                values[name] = value;
        }

        return values;
    }

    private static string? From(JsonObject from, JsonNode pod, string address, PodObjects objects)
    {
        if (from["fieldRef"] is { } field)
            return Field((string)field["fieldPath"]!, pod, address);
        if (from["secretKeyRef"] is { } secret)
            return objects.Secret((string)secret["name"]!)?.GetValueOrDefault((string)secret["key"]!) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null;
        if (from["configMapKeyRef"] is { } map)
            return objects.Map((string)map["name"]!)?.GetValueOrDefault((string)map["key"]!) is { } text ? System.Text.Encoding.UTF8.GetString(text) : null;
        throw new NotSupportedException($"This stand-in for a node does not know {from.ToJsonString()}.");
    }

    private static string Field(string path, JsonNode pod, string address)
    {
        if (path == "status.podIP")
            return address;
        Match keyed = Keyed().Match(path);
        JsonNode? found = keyed.Success
            ? pod["metadata"]?[keyed.Groups[1].Value]?[keyed.Groups[2].Value]
            : path.Split('.').Aggregate((JsonNode?)pod, static (node, step) => node?[step]);
        return (string?)found ?? "";
    }

    [GeneratedRegex(@"\$\(([A-Za-z_][A-Za-z0-9_]*)\)")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^metadata\.(annotations|labels)\['([^']+)'\]$")]
    private static partial Regex Keyed();
}
