using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Admission.Injecting;

namespace Thermocline.Operator.Admission.Reviewing;

/// <summary>What the API server asks.</summary>
internal sealed record AdmissionRequest
{
    private const string ApiVersion = "admission.k8s.io/v1";
    private const int UidLettersMax = 128;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 128 };

    public required string Uid { get; init; }

    public required string Kind { get; init; }

    /// <summary>CREATE, UPDATE, DELETE or CONNECT.</summary>
    public required string Operation { get; init; }

    public string Namespace { get; init; } = "";

    public string Subresource { get; init; } = "";

    public bool IsDryRun { get; init; }

    public JsonObject? Object { get; init; }

    public JsonObject? OldObject { get; init; }

    /// <summary>Reads a question; false with what is wrong when it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, [NotNullWhen(true)] out AdmissionRequest? request, out string mistake)
    {
        request = null;
        JsonNode? review;
        try
        {
            review = JsonNode.Parse(body, documentOptions: Strict);
        }
        catch (JsonException failure)
        {
            mistake = $"The body is not JSON: {failure.Message}";
            return false;
        }

        mistake = MistakeIn(review);
        if (mistake.Length > 0)
            return false;
        JsonNode? asked = review!["request"];
        request = new AdmissionRequest
        {
            Uid = PodJson.Text(PodJson.At(asked, "uid"))!,
            Kind = PodJson.Text(PodJson.At(asked, "kind", "kind"))!,
            Operation = PodJson.Text(PodJson.At(asked, "operation"))!,
            Namespace = PodJson.Text(PodJson.At(asked, "namespace")) ?? "",
            Subresource = PodJson.Text(PodJson.At(asked, "subResource")) ?? "",
            IsDryRun = PodJson.IsTrue(PodJson.At(asked, "dryRun")),
            Object = PodJson.At(asked, "object") as JsonObject,
            OldObject = PodJson.At(asked, "oldObject") as JsonObject,
        };
        return true;
    }

    private static string MistakeIn(JsonNode? review)
    {
        if (PodJson.Text(PodJson.At(review, "kind")) != "AdmissionReview" || PodJson.Text(PodJson.At(review, "apiVersion")) != ApiVersion)
            return $"The body is not an AdmissionReview of {ApiVersion}.";
        JsonNode? asked = PodJson.At(review, "request");
        if (PodJson.Text(PodJson.At(asked, "uid")) is not { Length: > 0 and <= UidLettersMax })
            return "request.uid is missing.";
        if (PodJson.Text(PodJson.At(asked, "kind", "kind")) is null)
            return "request.kind is missing.";
        return PodJson.Text(PodJson.At(asked, "operation")) is null ? "request.operation is missing." : "";
    }
}
