using System.Text.Json.Nodes;
using Thermocline.Contract.Reading;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Observe.Gathering;

/// <summary>Takes out of a pod what is looked at.</summary>
internal static class PodReading
{
    public static PodView Of(AnyObject pod)
    {
        JsonNode? spec = pod.Fields?["spec"];
        JsonNode? status = pod.Fields?["status"];
        JsonArray containers = spec?["initContainers"] as JsonArray ?? [];
        int at = containers.ToList().FindIndex(container => Text(container?["name"]) == Names.Container);
        JsonNode? resources = at < 0 ? null : containers[at]?["resources"];
        OwnerReference? owner = pod.Metadata.OwnerReferences?.FirstOrDefault(each => each.Controller == true);
        return new PodView
        {
            Name = pod.Metadata.Name ?? "",
            Namespace = pod.Metadata.Namespace ?? "",
            Uid = pod.Metadata.Uid ?? "",
            Labels = pod.Metadata.Labels ?? new Dictionary<string, string>(),
            Annotations = pod.Metadata.Annotations ?? new Dictionary<string, string>(),
            Created = pod.Metadata.CreationTimestamp ?? default,
            IsDeleting = pod.Metadata.IsDeleting,
            Ip = Text(status?["podIP"]),
            Node = Text(spec?["nodeName"]),
            Phase = Text(status?["phase"]) ?? "Pending",
            IsReady = Items(status?["conditions"]).Any(each => Text(each?["type"]) == "Ready" && Text(each?["status"]) == "True"),
            Owner = owner is null ? null : $"{owner.Kind}/{owner.Name}",
            HasHostNetwork = (spec?["hostNetwork"] as JsonValue)?.TryGetValue(out bool host) == true && host,
            SidecarAt = at < 0 ? null : at,
            IsSidecarReady = Items(status?["initContainerStatuses"]).Any(
                each => Text(each?["name"]) == Names.Container && each?["ready"]?.ToJsonString() == "true"),
            MemoryLimit = Bytes(resources?["limits"]?["memory"]),
            MemoryRequest = Bytes(resources?["requests"]?["memory"]),
            ResizeTrouble = Items(status?["conditions"]).Where(IsResizeTrouble)
                .Select(each => $"{Text(each?["reason"])}: {Text(each?["message"])}").FirstOrDefault(),
        };
    }

    // A resize that goes on as it should has no reason.
    private static bool IsResizeTrouble(JsonNode? condition) =>
        Text(condition?["type"]) is "PodResizePending" or "PodResizeInProgress"
        && Text(condition?["status"]) == "True" && Text(condition?["reason"]) is { Length: > 0 };

    private static IEnumerable<JsonNode?> Items(JsonNode? node) => node as JsonArray ?? [];

    private static string? Text(JsonNode? node) => (node as JsonValue)?.TryGetValue(out string? text) == true ? text : null;

    private static long? Bytes(JsonNode? node) => Text(node) is { } text && Quantity.TryParse(text, out long bytes) ? bytes : null;
}
