using System.Text.Json.Nodes;
using Thermocline.Operator.Api;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>
/// Brings the folder of sockets into Dapr's container and ours. Dapr's injector may come before ours or after it: where its container
/// is there already it gets a mount, else an annotation tells the injector to make one.
/// </summary>
internal static class DaprSockets
{
    private const string Container = "daprd";
    private const string Enabled = "dapr.io/enabled";
    private const string MountsWritable = "dapr.io/volume-mounts-rw";
    private const string Mounts = "dapr.io/volume-mounts";
    private const string Pluggable = "dapr.io/pluggable-components";
    private const string InjectsPluggable = "dapr.io/inject-pluggable-components";

    private static readonly string[] Yes = ["y", "yes", "true", "on", "t", "1"];

    /// <summary>Changes the pod so that Dapr finds the sockets, and returns what our container mounts for it.</summary>
    public static JsonObject Connect(JsonObject pod)
    {
        JsonNode? spec = pod["spec"];
        if ((PodJson.Named(PodJson.At(spec, "initContainers"), Container) ?? PodJson.Named(PodJson.At(spec, "containers"), Container))
            is { } daprd)
            return InContainer(daprd);
        Dictionary<string, string> annotations = PodJson.Texts(PodJson.At(pod, "metadata", "annotations"));
        return Says(annotations, Enabled) ? ByAnnotation(pod, annotations) : Own();
    }

    // Two mounts at one place make a pod invalid: whatever is mounted there already is what we use too.
    private static JsonObject InContainer(JsonObject daprd)
    {
        if (PodJson.Objects(daprd["volumeMounts"]).FirstOrDefault(static mount => IsFolder(PodJson.Text(mount["mountPath"]))) is { } there)
        {
            var shared = (JsonObject)there.DeepClone();
            shared.Remove("readOnly");
            return shared;
        }

        PodJson.List(daprd, "volumeMounts").Add((JsonNode)Own());
        return Own();
    }

    private static JsonObject ByAnnotation(JsonObject pod, Dictionary<string, string> annotations)
    {
        string written = annotations.GetValueOrDefault(MountsWritable, "");
        IEnumerable<string> entries = $"{written},{annotations.GetValueOrDefault(Mounts, "")}".Split(',', StringSplitOptions.TrimEntries);
        if (entries.Select(static entry => entry.Split(':', 2)).FirstOrDefault(static entry => entry.Length == 2 && IsFolder(entry[1].Trim()))
            is [var volume, _])
            return Mount(volume.Trim());
        // Dapr's injector then mounts a volume of its own at that place; when it has, we are asked again.
        if (annotations.GetValueOrDefault(Pluggable, "").Length > 0 || Says(annotations, InjectsPluggable))
            return Own();
        string wanted = $"{Names.SocketVolume}:{Names.SocketFolder}";
        string kept = written.TrimEnd(',', ' ');
        PodJson.Section(PodJson.Section(pod, "metadata"), "annotations")[MountsWritable] = kept.Length == 0 ? wanted : $"{kept},{wanted}";
        return Own();
    }

    private static bool Says(Dictionary<string, string> annotations, string name) =>
        annotations.TryGetValue(name, out string? value) && Yes.Contains(value.Trim(), StringComparer.OrdinalIgnoreCase);

    private static bool IsFolder(string? path) => path?.TrimEnd('/') == Names.SocketFolder;

    private static JsonObject Own() => Mount(Names.SocketVolume);

    private static JsonObject Mount(string volume) => new() { ["name"] = volume, ["mountPath"] = Names.SocketFolder };
}
