using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Admission.Injecting;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Checking;
using Thermocline.Operator.Api.Selecting;

namespace Thermocline.Operator.Admission.Reviewing;

/// <summary>Decides about a MemoryCluster that is written: its defaults, and whether it may be written.</summary>
/// <param name="Answer">What the API server is told.</param>
/// <param name="Outcome">What it came to.</param>
internal sealed record ClusterReview(AdmissionAnswer Answer, ReviewOutcome Outcome)
{
    private const int OverlapsMax = 3;

    private static readonly ClusterReview Unchanged = new(AdmissionAnswer.Allowed, ReviewOutcome.Unchanged);

    /// <summary>Fills in what the schema cannot: a default that follows from another field.</summary>
    public static ClusterReview Default(AdmissionRequest request)
    {
        if (request.Object is not { } cluster || cluster["spec"] is not JsonObject || IsGoing(cluster)
            || PodJson.Text(PodJson.At(cluster, "metadata", "name")) is not { Length: > 0 } name
            || PodJson.At(cluster, "spec", "dapr", "enabled") is JsonValue enabled && enabled.TryGetValue(out bool wanted) && !wanted
            || PodJson.At(cluster, "spec", "dapr") is not (null or JsonObject)
            || !string.IsNullOrEmpty(PodJson.Text(PodJson.At(cluster, "spec", "dapr", "stateStoreName"))))
            return Unchanged;
        var after = (JsonObject)cluster.DeepClone();
        PodJson.Section(PodJson.Section(after, "spec"), "dapr")["stateStoreName"] = name;
        JsonArray patch = JsonDifference.Of(cluster, after);
        return new ClusterReview(new AdmissionAnswer { Patch = patch }, ReviewOutcome.Defaulted);
    }

    /// <summary>Names every mistake; where there is none, warns of other clusters that may select the same pods.</summary>
    /// <param name="request">The question.</param>
    /// <param name="others">The clusters of the namespace, of which one may be this.</param>
    public static ClusterReview Validate(AdmissionRequest request, IReadOnlyList<MemoryCluster> others)
    {
        // One that goes must be able to lose its finalizer, and a note on one that was stored under an older schema is no new mistake.
        if (request.Operation is not ("CREATE" or "UPDATE") || request.Object is not { } written || IsGoing(written)
            || (request.OldObject is { } stored && JsonNode.DeepEquals(stored["spec"], written["spec"])))
            return Unchanged;
        string name = PodJson.Text(PodJson.At(written, "metadata", "name")) ?? "";
        try
        {
            MemoryCluster cluster = Read(written);
            MemoryCluster? before = request.OldObject is { } old ? Readable(old) : null;
            IReadOnlyList<FieldMistake> mistakes = Validation.Of(cluster, before);
            return mistakes.Count > 0
                ? Denied(name, mistakes)
                : Unchanged with { Answer = AdmissionAnswer.Allowed with { Warnings = Overlaps(cluster, request.Namespace, others) } };
        }
        catch (JsonException failure)
        {
            return Denied(name, [new FieldMistake(failure.Path?.TrimStart('$', '.') ?? "", "has a value of another type")]);
        }
    }

    private static ClusterReview Denied(string name, IReadOnlyList<FieldMistake> mistakes) =>
        new(new AdmissionAnswer { Mistakes = mistakes, Name = name }, ReviewOutcome.Denied);

    private static string[] Overlaps(MemoryCluster cluster, string space, IReadOnlyList<MemoryCluster> others) =>
    [
        .. others.Where(other => other.Metadata.Namespace == space && other.Metadata.Name != cluster.Metadata.Name
                && other.Metadata.DeletionTimestamp is null)
            .Select(other => (other.Metadata.Name, Example: SelectorOverlap.ExampleOf(cluster, other)))
            .Where(static each => each.Example is not null)
            .Take(OverlapsMax)
            .Select(static each => $"spec.selector: a pod with the labels "
                + $"{string.Join(", ", each.Example!.Select(static label => $"{label.Key}={label.Value}"))} would also be selected by the "
                + $"MemoryCluster {each.Name}, and get the sidecar of neither"),
    ];

    private static bool IsGoing(JsonObject cluster) => PodJson.At(cluster, "metadata", "deletionTimestamp") is not null;

    private static MemoryCluster Read(JsonObject cluster) =>
        cluster.Deserialize(MemoryClusterJson.Default.MemoryCluster) ?? throw new JsonException("It is null.");

    // What was stored cannot be mended by refusing what takes its place.
    private static MemoryCluster? Readable(JsonObject cluster)
    {
        try
        {
            return Read(cluster);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
