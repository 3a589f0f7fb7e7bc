using System.Globalization;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Apply;

/// <summary>A resize as operations that are refused when the pod is another one, or our container stands elsewhere.</summary>
internal static class ResizePatch
{
    public static JsonArray Of(PodResize resize)
    {
        string container = string.Create(CultureInfo.InvariantCulture, $"/spec/initContainers/{resize.SidecarAt}");
        var operations = new JsonArray(
            Operation("test", "/metadata/uid", resize.Uid),
            Operation("test", $"{container}/name", Names.Container),
            Operation("replace", $"{container}/resources/limits/memory", resize.Limit));
        if (resize.Request is not null)
            operations.Add((JsonNode)Operation("replace", $"{container}/resources/requests/memory", resize.Request));
        return operations;
    }

    private static JsonObject Operation(string what, string path, string value) =>
        new() { ["op"] = what, ["path"] = path, ["value"] = value };
}
