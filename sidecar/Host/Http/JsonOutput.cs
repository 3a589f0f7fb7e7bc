using System.Text.Encodings.Web;
using System.Text.Json;

namespace Thermocline.Sidecar.Http;

/// <summary>How answers write JSON.</summary>
internal static class JsonOutput
{
    /// <summary>
    /// Quotes and letters beyond ASCII stay readable. Safe because no answer is ever a page: all carry a JSON content type.
    /// </summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
