using System.Text.Json.Nodes;
using Thermocline.Operator.Admission.Injecting;

namespace Thermocline.Operator.Tests.Admission.Injecting;

/// <summary>What Pod Security's level restricted asks of a pod, written out from its definition.</summary>
internal static class RestrictedRules
{
    private static readonly string[] VolumeKinds =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    private static readonly string[] Seccomp = ["RuntimeDefault", "Localhost"];

    public static IEnumerable<string> Broken(JsonObject pod)
    {
        JsonNode? spec = pod["spec"];
        JsonNode? ofPod = PodJson.At(spec, "securityContext");
        foreach (string name in new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(name => PodJson.IsTrue(PodJson.At(spec, name))))
            yield return name;
        foreach (JsonObject volume in PodJson.Objects(PodJson.At(spec, "volumes")))
        {
            if (volume.Count != 2 || !VolumeKinds.Any(volume.ContainsKey))
                yield return $"volume {volume["name"]}";
        }

        foreach (JsonObject container in PodJson.Containers(pod))
        {
            foreach (string rule in Broken(container, ofPod))
                yield return $"{container["name"]}: {rule}";
        }
    }

    private static IEnumerable<string> Broken(JsonObject container, JsonNode? ofPod)
    {
        JsonNode? own = container["securityContext"];
        if (PodJson.At(own, "allowPrivilegeEscalation") is not JsonValue escalation || escalation.GetValue<bool>())
            yield return "allowPrivilegeEscalation";
        if (PodJson.IsTrue(PodJson.At(own, "privileged")))
            yield return "privileged";
        if (!(PodJson.At(own, "capabilities", "drop") as JsonArray ?? []).Any(static each => PodJson.Text(each) == "ALL"))
            yield return "capabilities.drop";
        if ((PodJson.At(own, "capabilities", "add") as JsonArray ?? []).Any(static each => PodJson.Text(each) != "NET_BIND_SERVICE"))
            yield return "capabilities.add";
        if (!PodJson.IsTrue(PodJson.At(own, "runAsNonRoot") ?? PodJson.At(ofPod, "runAsNonRoot")))
            yield return "runAsNonRoot";
        if ((PodJson.At(own, "runAsUser") ?? PodJson.At(ofPod, "runAsUser")) is JsonValue user && user.ToJsonString() == "0")
            yield return "runAsUser";
        if (!Seccomp.Contains(PodJson.Text(PodJson.At(own, "seccompProfile", "type") ?? PodJson.At(ofPod, "seccompProfile", "type"))))
            yield return "seccompProfile";
        if (PodJson.Objects(container["ports"]).Any(static port => port.ContainsKey("hostPort")))
            yield return "hostPort";
    }
}
