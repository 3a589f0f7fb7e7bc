using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Thermocline.Events.Dapr;

/// <summary>
/// Our events as CloudEvents 1.0 and back. Context and metadata go in extension attributes; JSON goes as JSON, so that other
/// apps read it, everything else as base64.
/// </summary>
internal static class CloudEvent
{
    public const string MediaType = "application/cloudevents+json";

    private const string Type = "thermocline.event";
    private const string Context = "tccontext";
    private const string Metadata = "tcmetadata";
    private const int DepthMax = 32;

    private static readonly IReadOnlyDictionary<string, string> NoMetadata = FrozenDictionary<string, string>.Empty;

    public static void Write(Utf8JsonWriter writer, in EventDraft draft, string source, DateTimeOffset now)
    {
        writer.WriteStartObject();
        writer.WriteString("specversion", "1.0");
        writer.WriteString("id", draft.Id);
        writer.WriteString("source", source);
        writer.WriteString("type", Type);
        writer.WriteString("time", now.UtcDateTime);
        if (!string.IsNullOrEmpty(draft.ContentType))
            writer.WriteString("datacontenttype", draft.ContentType);
        if (!string.IsNullOrEmpty(draft.Context))
            writer.WriteString(Context, draft.Context);
        if (draft.ExpiresAt is { } expires)
            writer.WriteString("expiration", expires.UtcDateTime);
        if (draft.Metadata is { Count: > 0 } metadata)
        {
            writer.WriteStartObject(Metadata);
            foreach ((string name, string value) in metadata)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        if (IsJson(draft.ContentType) && IsValid(draft.Payload.Span))
        {
            writer.WritePropertyName("data");
            writer.WriteRawValue(draft.Payload.Span, skipInputValidation: true);
        }
        else
        {
            writer.WriteBase64String("data_base64", draft.Payload.Span);
        }

        writer.WriteEndObject();
    }

    /// <summary>An event from an envelope, ours or another's; null and the reason when it is none.</summary>
    public static EventDelivery? Read(JsonElement envelope, string topic, DateTimeOffset now, out string mistake)
    {
        mistake = "";
        if (envelope.ValueKind != JsonValueKind.Object || Text(envelope, "id") is not { Length: > 0 } id
            || Encoding.UTF8.GetByteCount(id) > EventLimits.IdBytesMax)
        {
            mistake = $"A CloudEvent is an object with an id of at most {EventLimits.IdBytesMax} bytes.";
            return null;
        }

        string context = Text(envelope, Context) ?? "";
        string contentType = Text(envelope, "datacontenttype") ?? "";
        if (Encoding.UTF8.GetByteCount(context) > EventLimits.ContextBytesMax || contentType.Length > EventLimits.ContentTypeBytesMax)
        {
            mistake = "Its context or content type is too long.";
            return null;
        }

        if (Payload(envelope, contentType) is not { } payload || payload.Length > EventLimits.PayloadBytesMax)
        {
            mistake = $"Its data is no base64, or larger than {EventLimits.PayloadBytesMax:N0} bytes.";
            return null;
        }

        bool isDated = DateTimeOffset.TryParse(
            Text(envelope, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at);
        return new EventDelivery(topic, id, context, payload, contentType, MetadataOf(envelope), isDated ? at : now, 1);
    }

    private static byte[]? Payload(JsonElement envelope, string contentType)
    {
        if (envelope.TryGetProperty("data_base64", out JsonElement encoded))
            return encoded.ValueKind == JsonValueKind.String && encoded.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : null;
        if (!envelope.TryGetProperty("data", out JsonElement data))
            return [];
        return data.ValueKind == JsonValueKind.String && !IsJson(contentType)
            ? Encoding.UTF8.GetBytes(data.GetString()!)
            : Encoding.UTF8.GetBytes(data.GetRawText());
    }

    private static IReadOnlyDictionary<string, string> MetadataOf(JsonElement envelope)
    {
        if (!envelope.TryGetProperty(Metadata, out JsonElement given) || given.ValueKind != JsonValueKind.Object)
            return NoMetadata;
        var metadata = new Dictionary<string, string>();
        foreach (JsonProperty property in given.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.String)
                metadata[property.Name] = property.Value.GetString()!;
        }

        return metadata;
    }

    private static string? Text(JsonElement envelope, string name) =>
        envelope.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsJson(string? contentType) => contentType is not null
        && (contentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
            || contentType.Contains("+json", StringComparison.OrdinalIgnoreCase));

    private static bool IsValid(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = DepthMax });
        try
        {
            bool isAny = false;
            while (reader.Read())
                isAny = true;
            return isAny;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>One envelope as bytes.</summary>
    public static byte[] Of(in EventDraft draft, string source, DateTimeOffset now)
    {
        var bytes = new ArrayBufferWriter<byte>(draft.Payload.Length + 512);
        using (var writer = new Utf8JsonWriter(bytes))
            Write(writer, draft, source, now);
        return bytes.WrittenSpan.ToArray();
    }
}
