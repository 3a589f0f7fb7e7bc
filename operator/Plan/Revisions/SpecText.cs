using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Specification;

namespace Thermocline.Operator.Plan.Revisions;

/// <summary>A spec as text that is the same for equal specs: with all defaults, names in order.</summary>
internal static class SpecText
{
    private const int HashLetters = 10;

    public static JsonObject Json(MemoryClusterSpec spec) =>
        (JsonObject)Sorted(JsonSerializer.SerializeToNode(spec, MemoryClusterJson.Default.MemoryClusterSpec))!;

    public static string Of(MemoryClusterSpec spec) => Json(spec).ToJsonString();

    /// <summary>A few letters that name a spec.</summary>
    public static string HashOf(MemoryClusterSpec spec) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Of(spec))))[..HashLetters];

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
