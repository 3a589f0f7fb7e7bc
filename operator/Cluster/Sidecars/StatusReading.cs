using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Contract.Status;

namespace Thermocline.Operator.Cluster.Sidecars;

/// <summary>
/// Reads what a sidecar says of itself. One of another version leaves fields out: they read as their defaults and never as
/// null, however deep they lie, so that whoever uses a status need not doubt it.
/// </summary>
internal static class StatusReading
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <exception cref="JsonException">It is no status.</exception>
    public static SidecarStatus Read(ReadOnlySpan<byte> json)
    {
        JsonObject said = ObjectOf(json);
        // Written anew each time: nodes have one parent.
        var whole = (JsonObject)JsonSerializer.SerializeToNode(
            new SidecarStatus { Cold = new ColdStoreReport() }, StatusJson.Default.SidecarStatus)!;
        if (said["cold"] is null)
            whole["cold"] = null;
        Put(said, whole);
        return whole.Deserialize(StatusJson.Default.SidecarStatus)!;
    }

    /// <exception cref="JsonException">It is no report of a drain.</exception>
    public static DrainReport ReadDrain(ReadOnlySpan<byte> json) =>
        ObjectOf(json).Deserialize(StatusJson.Default.DrainReport)!;

    /// <summary>The text of a field of a problem, or null.</summary>
    public static string? TextOf(ReadOnlySpan<byte> json, string field)
    {
        try
        {
            return ObjectOf(json)[field] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject ObjectOf(ReadOnlySpan<byte> json) =>
        JsonNode.Parse(json, documentOptions: Strict) as JsonObject ?? throw new JsonException("It is no object.");

    private static void Put(JsonObject said, JsonObject whole)
    {
        foreach ((string name, JsonNode? value) in said)
        {
            if (value is JsonObject section && whole[name] is JsonObject known)
                Put(section, known);
            else if (value is not null || whole[name] is null)
                whole[name] = value?.DeepClone();
        }
    }
}
