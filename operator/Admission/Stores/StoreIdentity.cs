using System.Text.Json.Nodes;
using Thermocline.Operator.Admission.Injecting;
using Thermocline.Operator.Api;

namespace Thermocline.Operator.Admission.Stores;

/// <summary>Which store a pod has by itself, without being given one.</summary>
internal static class StoreIdentity
{
    private const int NumberLettersMax = 9;

    // Its controller writes the name into a label, which holds no more: no real one is longer, and a cold store bounds its keys.
    private const int NameLettersMax = 63;

    /// <summary>The name of a StatefulSet's pod; else the store of an earlier call about the same pod; else null.</summary>
    /// <param name="pod">The pod, as it is admitted.</param>
    /// <param name="held">The stores of the cluster's live pods.</param>
    public static string? Of(JsonObject pod, IReadOnlyCollection<string> held)
    {
        // It comes back under the same name, and finds what it left in the bucket.
        if (PodJson.Objects(PodJson.At(pod, "metadata", "ownerReferences")).Any(IsStatefulSet)
            && PodJson.Text(PodJson.At(pod, "metadata", "name")) is { Length: > 0 and <= NameLettersMax } name)
            return name;
        // The API server asks again when another webhook changed the pod. A copy of a live pod looks the same, but its store is held.
        return Obstacles.IsOurs(pod)
            && PodJson.Text(PodJson.At(pod, "metadata", "annotations", Names.StoreAnnotation)) is { } store
            && IsNumber(store) && !held.Contains(store)
            ? store
            : null;
    }

    private static bool IsStatefulSet(JsonObject owner) =>
        PodJson.Text(owner["kind"]) == "StatefulSet" && PodJson.IsTrue(owner["controller"])
        && PodJson.Text(owner["apiVersion"])?.StartsWith("apps/", StringComparison.Ordinal) == true;

    // It becomes part of a name in the bucket: nothing but a number is taken from a pod's own words.
    private static bool IsNumber(string store) => store.Length is > 0 and <= NumberLettersMax && store.All(char.IsAsciiDigit);
}
