using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>Whether an object has all the fields that are wanted. What else it has is the API server's, or somebody else's.</summary>
internal static class Difference
{
    public static bool IsThere(JsonObject wanted, AnyObject there)
    {
        JsonNode metadata = JsonSerializer.SerializeToNode(there.Metadata, ClusterJson.Default.ObjectMeta)!;
        return wanted.All(field => IsIn(field.Value, field.Key == "metadata" ? metadata : there.Fields?[field.Key]));
    }

    public static bool IsIn(JsonNode? wanted, JsonNode? there) => wanted switch
    {
        null => there is null,
        JsonObject fields => there is JsonObject found && fields.All(field => IsIn(field.Value, found[field.Key])),
        JsonArray items => there is JsonArray found && items.Count == found.Count
            && items.Zip(found).All(pair => IsIn(pair.First, pair.Second)),
        _ => there is JsonValue && wanted.ToJsonString() == there.ToJsonString(),
    };
}
