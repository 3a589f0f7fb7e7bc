using System.Globalization;
using System.Text.Json;
using Thermocline.Memory.Search;

namespace Thermocline.Memory.Json;

/// <summary>Writes memories as the JSON of the data API.</summary>
public static class MemoryJson
{
    /// <summary>Writes a memory as one object.</summary>
    public static void Write(Utf8JsonWriter json, MemoryRecord memory)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(memory);
        json.WriteStartObject();
        json.WriteString("id"u8, memory.Id.ToString());
        WriteFields(json, memory);
        json.WriteEndObject();
    }

    /// <summary>Writes a found memory as one object: its score and tier, then what <see cref="Write"/> writes.</summary>
    public static void WriteHit(Utf8JsonWriter json, SearchHit hit, MemoryRecord memory)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(memory);
        json.WriteStartObject();
        json.WriteString("id"u8, memory.Id.ToString());
        json.WriteNumber("score"u8, hit.Score);
        WriteFields(json, memory);
        json.WriteEndObject();
    }

    /// <summary>Writes a draft as <see cref="DraftJson"/> reads it.</summary>
    public static void WriteDraft(Utf8JsonWriter json, MemoryDraft draft)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(draft);
        json.WriteStartObject();
        WriteContent(json, draft.Content, draft.IsText);
        WriteDraftFields(json, draft);
        json.WriteEndObject();
    }

    /// <summary>Writes the fields of a draft but its content, into an object that is open.</summary>
    internal static void WriteDraftFields(Utf8JsonWriter json, MemoryDraft draft)
    {
        if (draft.Id is { } id)
            json.WriteString("id"u8, id.ToString());
        json.WriteString("type"u8, draft.Type);
        if (draft.Session is not null)
            json.WriteString("session"u8, draft.Session);
        if (draft.Context is not null)
            json.WriteString("context"u8, draft.Context);
        if (draft.Files.Count > 0)
            WriteFiles(json, draft.Files);
        // An object that was not given is not stored: {} would be.
        if (!draft.Metadata.IsEmpty)
            WriteMetadata(json, draft.Metadata);
        WriteSignificance(json, draft.Significance);
        if (draft.IsPrivate)
            json.WriteBoolean("private"u8, true);
        if (draft.CreatedAt is { } created)
            json.WriteString("createdAt"u8, Time(created));
    }

    /// <summary>Writes what a save answers for one memory.</summary>
    public static void WriteSaved(Utf8JsonWriter json, SavedMemory saved, string type, string? session)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("id"u8, saved.Id.ToString());
        json.WriteString("type"u8, type);
        if (session is not null)
            json.WriteString("session"u8, session);
        json.WriteString("createdAt"u8, Time(saved.CreatedAt));
        json.WriteBoolean("created"u8, saved.Created);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, MemoryRecord memory)
    {
        json.WriteString("tier"u8, memory.Tier == Store.Tier.Hot ? "hot"u8 : "warm"u8);
        WriteContent(json, memory.Content, memory.IsText);
        json.WriteString("type"u8, memory.Type);
        if (memory.Session is not null)
            json.WriteString("session"u8, memory.Session);
        if (memory.Context is not null)
            json.WriteString("context"u8, memory.Context);
        WriteFiles(json, memory.Files);
        WriteMetadata(json, memory.Metadata);
        WriteSignificance(json, memory.Significance);
        json.WriteBoolean("private"u8, false);
        json.WriteString("createdAt"u8, Time(memory.CreatedAt));
    }

    private static void WriteContent(Utf8JsonWriter json, ReadOnlyMemory<byte> content, bool isText)
    {
        if (isText)
            json.WriteString("text"u8, content.Span);
        else
            json.WriteBase64String("contentBase64"u8, content.Span);
    }

    private static void WriteFiles(Utf8JsonWriter json, IReadOnlyList<string> files)
    {
        json.WriteStartArray("files"u8);
        foreach (string file in files)
            json.WriteStringValue(file);
        json.WriteEndArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, ReadOnlyMemory<byte> metadata)
    {
        json.WritePropertyName("metadata"u8);
        if (metadata.IsEmpty)
            json.WriteRawValue("{}"u8, skipInputValidation: true);
        else
            json.WriteRawValue(metadata.Span, skipInputValidation: true);
    }

    private static void WriteSignificance(Utf8JsonWriter json, Significance? significance)
    {
        if (significance is null)
            return;
        json.WriteStartObject("significance"u8);
        for (int i = 0; i < Significance.Names.Count; i++)
        {
            if (significance[i] is { } value)
                json.WriteNumber(Significance.Names[i], value);
        }

        json.WriteEndObject();
    }

    /// <summary>A moment as every JSON of ours has it: ISO 8601, UTC, milliseconds.</summary>
    public static string Time(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
