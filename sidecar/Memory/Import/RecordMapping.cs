using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Thermocline.Memory.Json;
using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Import;

/// <summary>
/// Turns a JSON value of any shape into a memory. Fields with a meaning here are taken over, all others become metadata;
/// what does not fit beside the text makes the whole record the text. Nothing is dropped.
/// </summary>
internal static class RecordMapping
{
    public static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    public static SourceItem Map(ReadOnlyMemory<byte> json, RecordPlace place)
    {
        if (!Utf8.IsValid(json.Span))
            return Rejected(place, "The record is not valid UTF-8.");
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (PortableReading.IsOne(document.RootElement))
                return SourceItem.Of(place, PortableReading.Read(document.RootElement, null));
            return Map(document.RootElement, place);
        }
        catch (JsonException e)
        {
            return Rejected(place, $"The record is not valid JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            // What the JSON reader raises for an escape such as \ud800 without its partner.
            return Rejected(place, "A string of the record holds half of a surrogate pair.");
        }
    }

    private static SourceItem Map(JsonElement json, RecordPlace place)
    {
        if (json.ValueKind == JsonValueKind.Null)
            return Rejected(place, "The record is null.");
        if (json.ValueKind == JsonValueKind.Object)
            return MapObject(json, place);
        byte[] content = json.ValueKind == JsonValueKind.String
            ? Encoding.UTF8.GetBytes(json.GetString() ?? "")
            : DraftJson.Write(json);
        var draft = new MemoryDraft { Content = content, Session = place.Session };
        return SourceItem.Record(place.Line, place.Offset, draft);
    }

    private static SourceItem MapObject(JsonElement json, RecordPlace place)
    {
        if (json.TryGetProperty("private"u8, out JsonElement flag) && flag.ValueKind == JsonValueKind.True)
            return Rejected(place, "Private memories need encryption, which this version does not have.");
        var fields = new RecordFields(json, place);
        byte[] metadata = fields.Metadata();
        // A record without a text, or with more than fits beside it, is kept as the JSON it came as.
        bool isWhole = fields.Content is null || !Fits(metadata);
        var draft = new MemoryDraft
        {
            Content = isWhole ? DraftJson.Write(json) : fields.Content,
            IsText = isWhole || fields.IsText,
            Type = fields.Type ?? TypeOf(place),
            Session = fields.Session ?? place.Session,
            Context = fields.Context,
            Files = fields.Files,
            Significance = fields.Significance,
            CreatedAt = fields.CreatedAt,
            Metadata = isWhole ? Marks(place) : metadata,
        };
        return SourceItem.Record(place.Line, place.Offset, draft);
    }

    private static bool Fits(byte[] metadata)
    {
        if (metadata.Length is 0 or > MemoryLimits.MetadataBytesMax)
            return metadata.Length == 0;
        var reader = new Utf8JsonReader(metadata, new JsonReaderOptions { MaxDepth = 64 });
        int deepest = 0;
        while (reader.Read())
            deepest = Math.Max(deepest, reader.CurrentDepth);
        return deepest < MemoryLimits.MetadataDepthMax;
    }

    private static string TypeOf(RecordPlace place) => place switch
    {
        { Container: "sessions" } => "session",
        { IsEnvelope: true } => "document",
        { Container: "math_solutions" } => "solution",
        { Container: "messages" or "turns" } => "message",
        _ => MemoryDraft.TypeDefault,
    };

    /// <summary>What the record itself does not say: its name in the enclosing map.</summary>
    private static byte[] Marks(RecordPlace place) =>
        place.Member is null ? [] : Encoding.UTF8.GetBytes($$"""{"key":"{{JsonEncodedText.Encode(place.Member)}}"}""");

    private static SourceItem Rejected(RecordPlace place, string reason) =>
        SourceItem.Rejected(place.Line, place.Offset, reason);
}
