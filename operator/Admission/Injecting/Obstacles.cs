using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>What keeps a sidecar out of a pod. Whatever would break the pod is an obstacle; the pod goes on without us.</summary>
internal static class Obstacles
{
    private const int PodBytesMax = 1 << 20;

    /// <summary>The first obstacle; null when there is none.</summary>
    public static InjectionRefusal? Of(JsonObject pod) =>
        Unreadable(pod) ?? Kind(pod) ?? Network(pod) ?? Resources(pod) ?? Occupied(pod);

    /// <summary>Whether the sidecar in a pod is one we put there.</summary>
    public static bool IsOurs(JsonObject pod) =>
        PodJson.Text(PodJson.At(pod, "metadata", "annotations", Names.InjectionAnnotation)) is not null
        && PodJson.Named(PodJson.At(pod, "spec", "initContainers"), Names.Container) is not null;

    private static InjectionRefusal? Unreadable(JsonObject pod)
    {
        if (pod["metadata"] is not JsonObject metadata || pod["spec"] is not JsonObject spec)
            return Refuse(RefusalReason.Unreadable, "It has no metadata or no spec.");
        if (spec["containers"] is not JsonArray || spec["initContainers"] is not (null or JsonArray)
            || spec["volumes"] is not (null or JsonArray))
            return Refuse(RefusalReason.Unreadable, "Its containers or volumes are not lists.");
        if (metadata["labels"] is not (null or JsonObject) || metadata["annotations"] is not (null or JsonObject))
            return Refuse(RefusalReason.Unreadable, "Its labels or annotations are not maps.");
        return Encoding.UTF8.GetByteCount(pod.ToJsonString()) > PodBytesMax
            ? Refuse(RefusalReason.TooLarge, "It has more than 1 MiB: with a sidecar it might be more than the cluster can store.")
            : null;
    }

    private static InjectionRefusal? Kind(JsonObject pod)
    {
        // The node's own copy decides; the API server's is only its shadow.
        if (PodJson.At(pod, "metadata", "annotations", "kubernetes.io/config.mirror") is not null)
            return Refuse(RefusalReason.MirrorPod, "A node runs it by itself, from a file.");
        string? system = PodJson.Text(PodJson.At(pod, "spec", "os", "name"))
            ?? PodJson.Text(PodJson.At(pod, "spec", "nodeSelector", "kubernetes.io/os"));
        return system == "windows" ? Refuse(RefusalReason.Windows, "It runs on Windows, for which there is no sidecar.") : null;
    }

    private static InjectionRefusal? Network(JsonObject pod)
    {
        if (PodJson.IsTrue(PodJson.At(pod, "spec", "hostNetwork")))
        {
            return Refuse(
                RefusalReason.HostNetwork,
                $"It uses its node's network, where ports {Names.DataPort} and {Names.AdminPort} may be another's.");
        }

        foreach (JsonObject container in PodJson.Containers(pod).Where(static each => PodJson.Text(each["name"]) != Names.Container))
        {
            foreach (JsonObject port in PodJson.Objects(container["ports"]))
            {
                if (PodJson.Number(port["containerPort"]) is Names.DataPort or Names.AdminPort)
                {
                    return Refuse(
                        RefusalReason.PortTaken, $"Its container {PodJson.Text(container["name"])} has port {port["containerPort"]}, which the sidecar needs.");
                }
            }
        }

        return null;
    }

    // Such limits hold for the sum of all containers: ours could make a valid pod an invalid one.
    private static InjectionRefusal? Resources(JsonObject pod) =>
        PodJson.At(pod, "spec", "resources") is JsonObject { Count: > 0 }
            ? Refuse(RefusalReason.PodResources, "It states resources for the whole pod. State them for its containers.")
            : null;

    private static InjectionRefusal? Occupied(JsonObject pod)
    {
        if (PodJson.Named(PodJson.At(pod, "spec", "containers"), Names.Container) is not null)
            return ByHand();
        if (IsOurs(pod))
            return null;
        if (PodJson.Named(PodJson.At(pod, "spec", "initContainers"), Names.Container) is not null)
            return ByHand();
        string? volume = PodJson.Objects(PodJson.At(pod, "spec", "volumes"))
            .Select(static each => PodJson.Text(each["name"])).FirstOrDefault(static name => name is not null && Names.Volumes.Contains(name));
        return volume is null ? null : Refuse(RefusalReason.VolumeTaken, $"It has a volume {volume} of its own. Give it another name.");

        static InjectionRefusal ByHand() => Refuse(
            RefusalReason.InjectedByHand, $"It has a container {Names.Container} that was not put there by the operator. It is left as it is.");
    }

    private static InjectionRefusal Refuse(RefusalReason reason, string message) => new(reason, message);
}
