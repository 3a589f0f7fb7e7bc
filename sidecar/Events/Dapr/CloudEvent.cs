using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Thermocline.Events.Dapr;

/// <summary>
/// Our events as CloudEvents 1.0 and back. An event that is a CloudEvent already goes as it is, and another's comes as it is: that is what
/// applications of Dapr publish and expect. Of all others JSON goes as JSON, so that other apps read it, everything else as base64. Context
/// and metadata go in extension attributes.
/// </summary>
internal static class CloudEvent
{
    public const string MediaType = "application/cloudevents+json";

    private const string OwnType = "thermocline.event";
    private const string Context = "tccontext";
    private const string Metadata = "tcmetadata";
    private const string Expiration = "expiration";

    // CloudEvents' own word for what is to stay together.
    private const string PartitionKey = "partitionkey";
    private const int DepthMax = 32;

    private static readonly FrozenDictionary<string, string> NoMetadata = FrozenDictionary<string, string>.Empty;

    /// <summary>One envelope as bytes.</summary>
    public static byte[] Of(in EventDraft draft, string source, DateTimeOffset now)
    {
        var bytes = new ArrayBufferWriter<byte>(draft.Payload.Length + 512);
        using (var writer = new Utf8JsonWriter(bytes))
            Write(writer, draft, source, now);
        return bytes.WrittenSpan.ToArray();
    }

    public static void Write(Utf8JsonWriter writer, in EventDraft draft, string source, DateTimeOffset now)
    {
        using JsonDocument? payload = IsText(draft.ContentType) ? null : Parse(draft.Payload);
        writer.WriteStartObject();
        if (payload is not null && IsEnvelope(payload.RootElement))
            WriteAttributes(writer, payload.RootElement, draft.ExpiresAt is null ? "" : Expiration);
        else
            WriteOwn(writer, draft, payload is not null, (source, now));
        if (!string.IsNullOrEmpty(draft.Context))
            writer.WriteString(Context, draft.Context);
        if (draft.ExpiresAt is { } expires)
            writer.WriteString(Expiration, expires.UtcDateTime);
        if (draft.Metadata is { Count: > 0 } metadata)
        {
            writer.WriteStartObject(Metadata);
            foreach ((string name, string value) in metadata)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>An event from an envelope, ours or another's; null and the reason when it is none.</summary>
    public static EventDraft? Read(JsonElement envelope, out string mistake)
    {
        mistake = "";
        try
        {
            if (envelope.ValueKind != JsonValueKind.Object || Text(envelope, "id") is not { Length: > 0 } id)
                mistake = "A CloudEvent is an object with an id.";
            else if (Text(envelope, "type") != OwnType)
                return Other(envelope, id);
            else if (Payload(envelope) is { } payload)
                return Own(envelope, id, payload);
            else
                mistake = "Its data is no base64.";
        }
        catch (InvalidOperationException)
        {
            // What the reader raises for an escape such as \ud800 without its partner.
            mistake = "It holds half of a surrogate pair.";
        }

        return null;
    }

    private static void WriteOwn(Utf8JsonWriter writer, in EventDraft draft, bool isJson, (string Source, DateTimeOffset Now) from)
    {
        writer.WriteString("specversion", "1.0");
        writer.WriteString("id", draft.Id);
        writer.WriteString("source", from.Source);
        writer.WriteString("type", OwnType);
        writer.WriteString("time", from.Now.UtcDateTime);
        if (!string.IsNullOrEmpty(draft.ContentType))
            writer.WriteString("datacontenttype", draft.ContentType);
        if (isJson && IsJson(draft.ContentType))
        {
            writer.WritePropertyName("data");
            writer.WriteRawValue(draft.Payload.Span, skipInputValidation: true);
        }
        else
        {
            writer.WriteBase64String("data_base64", draft.Payload.Span);
        }
    }

    // Values stand as they stood: numbers keep their digits, and nothing grows by being escaped anew.
    private static void WriteAttributes(Utf8JsonWriter writer, JsonElement envelope, string without)
    {
        foreach (JsonProperty attribute in envelope.EnumerateObject())
        {
            if (attribute.Name is Context or Metadata || attribute.Name == without)
                continue;
            writer.WritePropertyName(attribute.Name);
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(attribute.Value), skipInputValidation: true);
        }
    }

    private static EventDraft Own(JsonElement envelope, string id, ReadOnlyMemory<byte> payload) => new()
    {
        Payload = payload,
        Id = id,
        Context = Text(envelope, Context) ?? "",
        ContentType = Text(envelope, "datacontenttype") ?? "",
        Metadata = MetadataOf(envelope),
        ExpiresAt = ExpiryOf(envelope),
    };

    // Whoever published it knows nothing of our limits: a name of its own that is none here still stands in the envelope.
    private static EventDraft Other(JsonElement envelope, string id) => new()
    {
        Payload = Bare(envelope),
        Id = Fitting(id, EventLimits.IdBytesMax),
        Context = Fitting(Text(envelope, Context) ?? Text(envelope, PartitionKey) ?? "", EventLimits.ContextBytesMax),
        ContentType = MediaType,
        Metadata = MetadataOf(envelope),
        ExpiresAt = ExpiryOf(envelope),
    };

    private static byte[] Bare(JsonElement envelope)
    {
        if (!envelope.TryGetProperty(Context, out _) && !envelope.TryGetProperty(Metadata, out _))
            return JsonMarshal.GetRawUtf8Value(envelope).ToArray();
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            WriteAttributes(writer, envelope, "");
            writer.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static string Fitting(string text, int bytesMax) =>
        Checks.Text.TryCount(text, out int bytes) && bytes <= bytesMax && !Checks.Text.HasControl(text) ? text : "";

    private static byte[]? Payload(JsonElement envelope)
    {
        if (envelope.TryGetProperty("data_base64", out JsonElement encoded))
            return encoded.ValueKind == JsonValueKind.String && encoded.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : null;
        if (!envelope.TryGetProperty("data", out JsonElement data))
            return [];
        return data.ValueKind == JsonValueKind.String && !IsJson(Text(envelope, "datacontenttype"))
            ? Encoding.UTF8.GetBytes(data.GetString()!)
            : JsonMarshal.GetRawUtf8Value(data).ToArray();
    }

    private static DateTimeOffset? ExpiryOf(JsonElement envelope) =>
        DateTimeOffset.TryParse(Text(envelope, Expiration), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset end)
            ? end : null;

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

    // Somebody else's type: one of ours inside another would be unwrapped once too often.
    private static bool IsEnvelope(JsonElement payload)
    {
        try
        {
            return payload.ValueKind == JsonValueKind.Object
                && Text(payload, "specversion")?.StartsWith("1.", StringComparison.Ordinal) == true
                && Text(payload, "id") is { Length: > 0 } && Text(payload, "source") is { Length: > 0 }
                && Text(payload, "type") is { Length: > 0 } type && type != OwnType
                && payload.EnumerateObject().All(static attribute => attribute.Name.Length > 0);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsText(string? contentType) => !string.IsNullOrEmpty(contentType) && !IsJson(contentType);

    private static bool IsJson(string? contentType) => contentType is not null
        && (contentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
            || contentType.Contains("+json", StringComparison.OrdinalIgnoreCase));

    private static JsonDocument? Parse(ReadOnlyMemory<byte> payload)
    {
        if (payload.IsEmpty || !Utf8.IsValid(payload.Span))
            return null;
        try
        {
            return JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = DepthMax });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
