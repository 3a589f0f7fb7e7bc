using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Thermocline.Sidecar.Http;

/// <summary>Checks of requests that carry JSON.</summary>
internal static class JsonMedia
{
    /// <summary>The problem of a request whose body is not declared as JSON in UTF-8, or null.</summary>
    public static Problem? Refuse(HttpRequest request)
    {
        bool json = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        return json ? null : new Problem(415, ProblemCode.ContentTypeUnsupported,
            "The body must be JSON in UTF-8.", "Send Content-Type: application/json.");
    }

    /// <summary>The problem of a body that is not JSON: says where, never quotes it.</summary>
    public static Problem Malformed(JsonException exception)
    {
        // The reader counts both from zero, people count from one.
        long line = (exception.LineNumber ?? 0) + 1;
        long position = (exception.BytePositionInLine ?? 0) + 1;
        return new Problem(400, ProblemCode.JsonMalformed, "The body is not well-formed JSON.",
            $"Line {line}, byte {position}.");
    }
}
