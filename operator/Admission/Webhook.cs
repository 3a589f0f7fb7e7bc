using Microsoft.Extensions.Logging;
using Thermocline.Operator.Admission.Reviewing;
using Thermocline.Operator.Admission.Stores;
using Thermocline.Operator.Api;

namespace Thermocline.Operator.Admission;

/// <summary>
/// Answers questions of the API server from what is in memory. Whatever fails here, the object is let through as it is: a missing
/// sidecar is found later, a stopped cluster is not forgiven.
/// </summary>
internal sealed partial class Webhook(
    WebhookSources sources, InjectionSettings settings, TimeProvider time, ILogger log)
{
    private readonly Lock _gate = new();
    private StoreNumbers _numbers = StoreNumbers.None;

    public WebhookCounts Counts { get; } = new();

    /// <summary>Whether anything is answered at an address.</summary>
    public static bool Knows(string path) => KindAt(path) is not null;

    /// <summary>The answer to a question; null with what is wrong when it is none.</summary>
    public (byte[]? Body, string Mistake) Answer(string path, ReadOnlySpan<byte> question)
    {
        if (!AdmissionRequest.TryRead(question, out AdmissionRequest? request, out string mistake))
            return Malformed(path, mistake);
        if (request.Kind != KindAt(path))
            return Malformed(path, $"{path} is not asked about a {request.Kind}.");
        AdmissionAnswer answer = Review(path, request);
        return (answer.ToBody(request.Uid), "");
    }

    /// <summary>The answer when there is no time to look at a question: allowed, with a warning.</summary>
    public (byte[]? Body, string Mistake) AnswerBusy(string path, ReadOnlySpan<byte> question)
    {
        if (!AdmissionRequest.TryRead(question, out AdmissionRequest? request, out string mistake))
            return Malformed(path, mistake);
        Counts.Count(path, ReviewOutcome.Busy);
        return (Unchanged("too much is being created at once").ToBody(request.Uid), "");
    }

    private static string? KindAt(string path) => path switch
    {
        WebhookObjects.PodsPath => "Pod",
        WebhookObjects.DefaultPath or WebhookObjects.ValidatePath => MemoryCluster.KindName,
        _ => null,
    };

    private static AdmissionAnswer Unchanged(string why) =>
        AdmissionAnswer.Allowed with { Warnings = [$"thermocline: this was not looked at, {why}"] };

    private (byte[]? Body, string Mistake) Malformed(string path, string mistake)
    {
        Counts.Count(path, ReviewOutcome.Malformed);
        return (null, mistake);
    }

    private AdmissionAnswer Review(string path, AdmissionRequest request)
    {
        try
        {
            if (sources.Clusters(request.Namespace) is { } clusters)
                return Review(path, request, clusters);
            Counts.Count(path, ReviewOutcome.Failed);
            return Unchanged("the operator has just started");
        }
        // The top of what one question sets off: nobody but us is to pay for a mistake of ours.
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Counts.Count(path, ReviewOutcome.Failed);
            Failed(log, path, request.Uid, failure);
            return Unchanged("the operator failed");
        }
    }

    private AdmissionAnswer Review(string path, AdmissionRequest request, IReadOnlyList<MemoryCluster> clusters)
    {
        (AdmissionAnswer answer, ReviewOutcome outcome) = path switch
        {
            WebhookObjects.PodsPath => Pod(request, clusters),
            WebhookObjects.DefaultPath => Of(ClusterReview.Default(request)),
            _ => Of(ClusterReview.Validate(request, clusters)),
        };
        Counts.Count(path, outcome);
        return answer;

        static (AdmissionAnswer, ReviewOutcome) Of(ClusterReview review) => (review.Answer, review.Outcome);
    }

    private (AdmissionAnswer, ReviewOutcome) Pod(AdmissionRequest request, IReadOnlyList<MemoryCluster> clusters)
    {
        // One at a time, from looking to giving: two pods at once would be given one number.
        lock (_gate)
        {
            var around = new PodSurroundings(clusters, sources.StoresHeld, _numbers, settings, time.GetUtcNow());
            PodReview review = PodReview.Of(request, around);
            _numbers = review.Numbers;
            return (review.Answer, review.Outcome);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The question {Uid} at {Path} failed; its object is allowed as it is.")]
    private static partial void Failed(ILogger log, string path, string uid, Exception failure);
}
