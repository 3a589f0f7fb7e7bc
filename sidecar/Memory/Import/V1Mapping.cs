using System.Buffers;
using System.Text.Json;
using Thermocline.Memory.Export;

namespace Thermocline.Memory.Import;

/// <summary>
/// Turns a v1 frame of another system into a memory: its content is the text, its time the time, its id and metadata
/// become metadata, where a type, session or significance is taken over as from any JSON record. Nothing is dropped.
/// </summary>
internal static class V1Mapping
{
    private static readonly long TimeMsMax = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    // Fields of the metadata that would be taken for the frame's own content, id or time.
    private static readonly string[] OwnNames =
    [
        "id", "text", "content", "message", "metadata",
        "timestamp", "createdAt", "created_at", "time", "date", "startedAt", "started_at", "start_time",
    ];

    public static SourceItem Map(V1Parts frame, RecordPlace place)
    {
        bool hasTime = frame.TimeMs >= 0 && frame.TimeMs <= TimeMsMax;
        SourceItem item = RecordMapping.Map(Json(frame, hasTime), place);
        return hasTime && item.Draft is { } draft
            ? item with { Draft = draft with { CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(frame.TimeMs) } }
            : item;
    }

    private static ReadOnlyMemory<byte> Json(V1Parts frame, bool hasTime)
    {
        var buffer = new ArrayBufferWriter<byte>(frame.Content.Length + 256);
        using var json = new Utf8JsonWriter(buffer, JsonLinesFormat.Options);
        json.WriteStartObject();
        json.WriteString("content"u8, frame.Content);
        if (frame.Id.Length > 0)
            json.WriteString("id"u8, frame.Id);
        if (!hasTime)
            json.WriteNumber("timestamp"u8, frame.TimeMs);
        if (frame.Metadata.EnumerateObject().Any(property => OwnNames.Contains(property.Name, StringComparer.Ordinal)))
        {
            json.WritePropertyName("metadata"u8);
            frame.Metadata.WriteTo(json);
        }
        else
        {
            foreach (JsonProperty property in frame.Metadata.EnumerateObject())
                property.WriteTo(json);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
