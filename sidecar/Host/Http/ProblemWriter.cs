using System.Globalization;
using System.Text.Json;
using Thermocline.Contract.Status;

namespace Thermocline.Sidecar.Http;

/// <summary>Writes problem details.</summary>
internal static class ProblemWriter
{
    /// <summary>Media type of RFC 9457.</summary>
    public const string ContentType = "application/problem+json";

    private const int ErrorsShownMax = 100;

    /// <summary>Answers a request with a problem. The response must not have started.</summary>
    public static async Task WriteProblemAsync(this HttpContext context, Problem problem)
    {
        HttpResponse response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await using (Utf8JsonWriter json = new(response.BodyWriter, JsonOutput.Options))
            Write(json, problem);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void Write(Utf8JsonWriter json, Problem problem)
    {
        json.WriteStartObject();
        json.WriteString("type", "urn:thermocline:problem:" + problem.Code);
        json.WriteString("title", problem.Title);
        json.WriteNumber("status", problem.Status);
        json.WriteString("code", problem.Code);
        if (problem.Detail is { } detail)
            json.WriteString("detail", detail);
        if (problem.Degraded)
            json.WriteBoolean("degraded", true);
        if (problem.Drain is { } drain)
            WriteDrain(json, drain);
        if (problem.Operation is { } operation)
            json.WriteNumber("operation", operation);
        if (problem.Errors.Count > 0)
            WriteErrors(json, problem.Errors);
        json.WriteEndObject();
    }

    /// <summary>The members of the report stand where they stand in the answer of a drain that is done.</summary>
    private static void WriteDrain(Utf8JsonWriter json, DrainReport drain)
    {
        json.WriteBoolean("done", drain.Done);
        json.WriteNumber("sequence", drain.Sequence);
        json.WriteNumber("recoverySequence", drain.RecoverySequence);
        json.WriteNumber("seconds", drain.Seconds);
    }

    private static void WriteErrors(Utf8JsonWriter json, IReadOnlyList<FieldMistake> errors)
    {
        json.WriteNumber("errorCount", errors.Count);
        json.WriteStartArray("errors");
        foreach (FieldMistake error in errors.Take(ErrorsShownMax))
        {
            json.WriteStartObject();
            json.WriteString("path", error.Path);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
