using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>JSON in and out of the memories' endpoints.</summary>
internal static class MemoriesBody
{
    /// <summary>Largest body: as much as one atomic batch of the store.</summary>
    public const int BytesMax = 32 << 20;

    // Two fields of one name have no meaning that both sides would agree on.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>The body as a document, or the problem that the client has to be told.</summary>
    public static async ValueTask<(JsonDocument? Json, Problem? Problem)> ReadAsync(HttpContext context, DataPlane plane)
    {
        if (JsonMedia.Refuse(context.Request) is { } unsupported)
            return (null, unsupported);
        (RequestBody? body, Problem? problem) = await RequestBody.ReadAsync(context, plane.Bodies, BytesMax);
        if (body is null)
            return (null, problem);
        using (body)
            return Parse(body.Bytes.Span);
    }

    /// <summary>A value of the Server-Timing header.</summary>
    public static string Timing(string name, TimeSpan took) =>
        string.Create(CultureInfo.InvariantCulture, $"{name};dur={took.TotalMilliseconds:0.###}");

    private static (JsonDocument? Json, Problem? Problem) Parse(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
            return (null, Malformed("It is not valid UTF-8."));
        try
        {
            // The document gets a copy of its own, so the body's buffer can go back at once.
            return (JsonDocument.Parse(body.ToArray(), Strict), null);
        }
        catch (JsonException e) when (e.LineNumber is null)
        {
            return (null, Malformed("Two fields of one object have the same name."));
        }
        catch (JsonException e)
        {
            return (null, JsonMedia.Malformed(e));
        }
        catch (InvalidOperationException)
        {
            // What the reader raises for an escape such as \ud800 without its partner in a field's name.
            return (null, Malformed("A field's name holds half of a surrogate pair."));
        }
    }

    private static Problem Malformed(string detail) =>
        new(400, ProblemCode.JsonMalformed, "The body is not well-formed JSON.", detail);
}
