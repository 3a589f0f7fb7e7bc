using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Checking;

namespace Thermocline.Operator.Admission.Reviewing;

/// <summary>What the API server is told.</summary>
internal sealed record AdmissionAnswer
{
    private const int WarningLettersMax = 1_000;
    private const int CausesMax = 100;

    public static readonly AdmissionAnswer Allowed = new();

    public JsonArray? Patch { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Why the object is refused; empty when it is allowed.</summary>
    public IReadOnlyList<FieldMistake> Mistakes { get; init; } = [];

    /// <summary>The name of the refused object.</summary>
    public string Name { get; init; } = "";

    /// <summary>The body of the answer to one question.</summary>
    public byte[] ToBody(string uid)
    {
        var response = new JsonObject { ["uid"] = uid, ["allowed"] = Mistakes.Count == 0 };
        if (Patch is { Count: > 0 })
        {
            response["patchType"] = "JSONPatch";
            response["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Patch.ToJsonString()));
        }

        if (Warnings.Count > 0)
            response["warnings"] = new JsonArray([.. Warnings.Select(static each => JsonValue.Create(Cut(each)))]);
        if (Mistakes.Count > 0)
            response["status"] = Refusal();
        var review = new JsonObject
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["response"] = response,
        };
        return Encoding.UTF8.GetBytes(review.ToJsonString());
    }

    // As the API server's own refusals look, so that kubectl shows one mistake a line.
    private JsonObject Refusal() => new()
    {
        ["status"] = "Failure",
        ["code"] = 422,
        ["reason"] = "Invalid",
        ["message"] = string.Join("; ", Mistakes.Take(CausesMax).Select(static each => $"{each.Path}: {each.Message}")),
        ["details"] = new JsonObject
        {
            ["name"] = Name,
            ["group"] = "thermocline.dev",
            ["kind"] = MemoryCluster.KindName,
            ["causes"] = new JsonArray([.. Mistakes.Take(CausesMax).Select(static each => new JsonObject
            {
                ["reason"] = "FieldValueInvalid",
                ["field"] = each.Path,
                ["message"] = $"Invalid value: {each.Message}",
            })]),
        },
    };

    private static string Cut(string warning) => warning.Length <= WarningLettersMax ? warning : warning[..WarningLettersMax];
}
