using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Thermocline.Operator.Tests.Admission;

/// <summary>Questions as the API server writes them, and its answers read back.</summary>
internal static class Question
{
    public static byte[] Of(string kind, JsonNode? @object, string operation = "CREATE", JsonNode? old = null, bool dryRun = false) =>
        Bytes(new JsonObject
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["request"] = new JsonObject
            {
                ["uid"] = "0-1-2",
                ["kind"] = new JsonObject { ["group"] = "", ["version"] = "v1", ["kind"] = kind },
                ["operation"] = operation,
                ["namespace"] = "memory",
                ["object"] = @object?.DeepClone(),
                ["oldObject"] = old?.DeepClone(),
                ["dryRun"] = dryRun,
            },
        });

    public static byte[] Bytes(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    public static JsonNode Response(ReadOnlySpan<byte> body) => JsonNode.Parse(body)!["response"]!;

    public static JsonArray Patch(JsonNode response) => response["patch"] is { } patch
        ? JsonNode.Parse(Convert.FromBase64String((string)patch!))!.AsArray()
        : [];

    public static string[] Warnings(JsonNode response) =>
        response["warnings"]?.Deserialize<string[]>() ?? [];
}
