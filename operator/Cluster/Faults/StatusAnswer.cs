using System.Net;
using System.Text.Json;

namespace Thermocline.Operator.Cluster.Faults;

/// <summary>Reads what a server says of a request it refused: its Status object, or whatever a proxy put in its place.</summary>
internal static class StatusAnswer
{
    private const int CausesMax = 64;
    private const int TextLettersMax = 2048;

    /// <summary>The refusal of a request.</summary>
    public static ClusterException Read(string request, HttpStatusCode code, ReadOnlySpan<byte> body, TimeSpan? retryAfter)
    {
        try
        {
            Utf8JsonReader reader = new(body);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (IsStatus(document.RootElement))
                return Of(request, (int)code, document.RootElement, retryAfter);
        }
        catch (JsonException)
        {
            // Not from the API server itself: the code says what there is to say.
        }

        return new ClusterException(FaultOf((int)code, null), request, $"the answer was {(int)code} without a reason")
        {
            Code = (int)code,
            RetryAfter = retryAfter,
        };
    }

    /// <summary>A Status object, as a refusal; also how a watch says that it ends.</summary>
    public static ClusterException Of(string request, int code, JsonElement status, TimeSpan? retryAfter = null)
    {
        int said = status.TryGetProperty("code", out JsonElement number) && number.TryGetInt32(out int value) ? value : code;
        string? reason = Text(status, "reason");
        List<FaultCause> causes = [];
        if (status.TryGetProperty("details", out JsonElement details) && details.ValueKind == JsonValueKind.Object)
        {
            causes.AddRange(Causes(details));
            if (retryAfter is null && details.TryGetProperty("retryAfterSeconds", out JsonElement wait)
                && wait.TryGetInt32(out int seconds) && seconds > 0)
            {
                retryAfter = TimeSpan.FromSeconds(seconds);
            }
        }

        return new ClusterException(FaultOf(said, reason), request, Text(status, "message") ?? reason ?? $"the answer was {said}")
        {
            Code = said,
            Causes = causes,
            RetryAfter = retryAfter,
        };
    }

    private static bool IsStatus(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && Text(root, "kind") == "Status";

    private static IEnumerable<FaultCause> Causes(JsonElement details) =>
        details.TryGetProperty("causes", out JsonElement causes) && causes.ValueKind == JsonValueKind.Array
            ? causes.EnumerateArray().Take(CausesMax).Where(cause => cause.ValueKind == JsonValueKind.Object)
                .Select(cause => new FaultCause(Text(cause, "field"), Text(cause, "message"), Text(cause, "reason")))
            : [];

    private static string? Text(JsonElement from, string name) =>
        from.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text
            ? text[..Math.Min(text.Length, TextLettersMax)]
            : null;

    private static ClusterFault FaultOf(int code, string? reason) => code switch
    {
        400 or 405 or 406 or 415 or 422 => ClusterFault.Invalid,
        401 => ClusterFault.Unauthorized,
        403 => ClusterFault.Forbidden,
        404 => ClusterFault.NotFound,
        409 => reason == "AlreadyExists" ? ClusterFault.AlreadyExists : ClusterFault.Conflict,
        410 => ClusterFault.Gone,
        413 => ClusterFault.TooLarge,
        429 => ClusterFault.TooManyRequests,
        502 or 503 => ClusterFault.Unavailable,
        504 => ClusterFault.TimedOut,
        >= 500 => ClusterFault.ServerFailed,
        _ => ClusterFault.Unreadable,
    };
}
