using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>
/// Puts the sidecar into a pod: a pure function from pod and wish to a patch. What is already as wished is left as it is, so that a
/// second call changes nothing.
/// </summary>
internal static class Injection
{
    private const int HashLetters = 16;

    public static InjectionAnswer Of(JsonObject pod, InjectionWish wish)
    {
        if (Obstacles.Of(pod) is { } refusal)
            return new InjectionAnswer([], refusal, []);
        var after = (JsonObject)pod.DeepClone();
        Inject(after, wish, HashOf(wish));
        return new InjectionAnswer(JsonDifference.Of(pod, after), null, Warnings(pod, wish));
    }

    /// <summary>
    /// A short word for what a pod with this wish gets. Image and resources are left out of it: those a running pod can be given, and
    /// what differs in anything else needs a new pod.
    /// </summary>
    public static string HashOf(InjectionWish wish)
    {
        JsonObject container = InjectedContainer.Of(wish, wish.Spec.Dapr.Enabled ? [] : null, isGuaranteed: false);
        container.Remove("image");
        container.Remove("imagePullPolicy");
        container.Remove("resources");
        string all = $"{wish.Cluster}\n{container.ToJsonString()}\n{InjectedVolumes.Of(wish).ToJsonString()}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..HashLetters];
    }

    private static void Inject(JsonObject pod, InjectionWish wish, string hash)
    {
        JsonObject metadata = PodJson.Section(pod, "metadata");
        bool isCurrent = PodJson.Text(PodJson.At(metadata, "annotations", Names.InjectionAnnotation)) == hash;
        PodJson.Section(metadata, "labels")[Names.ClusterLabel] = wish.Cluster;
        JsonObject annotations = PodJson.Section(metadata, "annotations");
        annotations[Names.InjectionAnnotation] = hash;
        annotations[Names.StoreAnnotation] = wish.Store;
        bool isGuaranteed = IsGuaranteed(pod);
        JsonObject? sockets = wish.Spec.Dapr.Enabled ? DaprSockets.Connect(pod) : null;
        JsonObject spec = PodJson.Section(pod, "spec");
        JsonArray volumes = InjectedVolumes.Of(wish);
        if (PodJson.Text(sockets?["name"]) == Names.SocketVolume)
            volumes.Add((JsonNode)InjectedVolumes.Sockets());
        // What an earlier wish brought and this one does not. All volumes of our names are ours by now.
        if (!InjectedVolumes.HasKeys(wish) && PodJson.Named(spec["volumes"], Names.CredentialsVolume) is { } needless)
            PodJson.List(spec, "volumes").Remove(needless);
        Place(PodJson.List(spec, "volumes"), volumes);
        Place(PodJson.List(spec, "initContainers"), InjectedContainer.Of(wish, sockets, isGuaranteed), isCurrent);
    }

    // First of all: what starts after it finds its socket, and what stops before it can still write.
    private static void Place(JsonArray containers, JsonObject wished, bool isCurrent)
    {
        JsonObject? found = PodJson.Named(containers, Names.Container);
        if (found is not null)
            containers.Remove(found);
        containers.Insert(0, found is not null && isCurrent && JsonCover.Covers(found, wished) ? found : wished);
    }

    private static void Place(JsonArray volumes, JsonArray wished)
    {
        foreach (JsonObject volume in PodJson.Objects(wished).ToArray())
        {
            wished.Remove(volume);
            JsonObject? found = PodJson.Named(volumes, PodJson.Text(volume["name"])!);
            if (found is null)
                volumes.Add((JsonNode)volume);
            else if (!JsonCover.Covers(found, volume))
                volumes[volumes.IndexOf(found)] = volume;
        }
    }

    private static bool IsGuaranteed(JsonObject pod) =>
        PodJson.Containers(pod).Where(static each => PodJson.Text(each["name"]) != Names.Container)
            .All(static each => Equal(each, "cpu") && Equal(each, "memory"));

    private static bool Equal(JsonObject container, string resource)
    {
        JsonNode? limit = PodJson.At(container, "resources", "limits", resource);
        JsonNode? request = PodJson.At(container, "resources", "requests", resource);
        return limit is not null && (request is null || JsonNode.DeepEquals(limit, request));
    }

    private static IReadOnlyList<string> Warnings(JsonObject pod, InjectionWish wish) =>
        wish.Spec.Tiers.Warm.StorageClassName.Length > 0 && PodJson.At(pod, "spec", "securityContext", "fsGroup") is null
            ? [$"thermocline: the sidecar's volume is of storage class {wish.Spec.Tiers.Warm.StorageClassName}, and the pod has no "
                + "securityContext.fsGroup: where the class makes volumes that only root may write, the sidecar does not start."]
            : [];
}
