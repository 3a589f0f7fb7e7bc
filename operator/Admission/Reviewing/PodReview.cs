using System.Text.Json.Nodes;
using Thermocline.Operator.Admission.Injecting;
using Thermocline.Operator.Admission.Stores;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Checking;
using Thermocline.Operator.Api.Selecting;

namespace Thermocline.Operator.Admission.Reviewing;

/// <summary>Decides about a pod that is being created: whose sidecar it gets, with which store, or why none. Never refuses it.</summary>
/// <param name="Answer">What the API server is told.</param>
/// <param name="Outcome">What it came to.</param>
/// <param name="Numbers">What is given out from now on.</param>
internal sealed record PodReview(AdmissionAnswer Answer, ReviewOutcome Outcome, StoreNumbers Numbers)
{
    public static PodReview Of(AdmissionRequest request, PodSurroundings around)
    {
        if (request.Operation != "CREATE" || request.Subresource.Length > 0 || request.Object is not { } pod)
            return Left(around, []);
        JsonNode? metadata = pod["metadata"];
        var selected = new SelectedPod(
            request.Namespace, PodJson.Texts(PodJson.At(metadata, "labels")), PodJson.Texts(PodJson.At(metadata, "annotations")));
        Selection selection = Selection.Of(selected, around.Clusters, around.Settings.OperatorNamespace);
        if (selection.Cluster is not { } cluster)
        {
            return selection.Outcome == SelectionOutcome.SelectedTwice
                ? Refused(around, $"the pod gets no sidecar: {selection.Message}")
                : Left(around, []);
        }

        string none = $"the pod gets no sidecar of the MemoryCluster {cluster.Metadata.Name}";
        if (Obstacles.Of(pod) is { } obstacle)
            return Refused(around, $"{none}: {obstacle.Message} ({obstacle.Reason})");
        // It may have been stored under an older schema.
        return Validation.Of(cluster) is [var mistake, ..]
            ? Refused(around, $"{none}: its {mistake.Path} {mistake.Message}")
            : Inject(request, pod, cluster, around);
    }

    private static PodReview Inject(AdmissionRequest request, JsonObject pod, MemoryCluster cluster, PodSurroundings around)
    {
        IReadOnlyCollection<string> held = around.HeldBy(cluster);
        StoreNumbers numbers = around.Numbers;
        string? store = StoreIdentity.Of(pod, held);
        if (store is null)
        {
            (store, StoreNumbers after) = numbers.Next((request.Namespace, cluster.Metadata.Name), held, around.Now);
            // A dry run leaves no trace, not even a number that is held back for two minutes.
            numbers = request.IsDryRun ? numbers : after;
        }

        InjectionWish wish = InjectionWish.Of(cluster, store, around.Settings.Image) with
        {
            ImagePullPolicy = around.Settings.ImagePullPolicy,
        };
        InjectionAnswer injection = Injection.Of(pod, wish);
        var answer = new AdmissionAnswer { Patch = injection.Patch, Warnings = injection.Warnings };
        return new PodReview(answer, injection.Patch.Count > 0 ? ReviewOutcome.Injected : ReviewOutcome.Unchanged, numbers);
    }

    private static PodReview Refused(PodSurroundings around, string why) =>
        Left(around, [$"thermocline: {why}"]) with { Outcome = ReviewOutcome.LeftAlone };

    private static PodReview Left(PodSurroundings around, IReadOnlyList<string> warnings) =>
        new(AdmissionAnswer.Allowed with { Warnings = warnings }, ReviewOutcome.Unchanged, around.Numbers);
}
