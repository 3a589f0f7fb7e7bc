using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Thermocline.Memory.Records;

/// <summary>Encodes everything of a memory but its content as the metadata of its frame.</summary>
internal static class FieldsWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        // The bytes are never put into HTML, and text in any alphabet stays short.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static byte[] Write(MemoryDraft draft, long createdMs)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        WriteHead(json, draft, createdMs);
        if (draft.Context is not null)
            json.WriteString(FieldNames.Context, draft.Context);
        WriteSignificance(json, draft.Significance);
        if (!draft.Metadata.IsEmpty)
        {
            json.WritePropertyName(FieldNames.Metadata);
            json.WriteRawValue(draft.Metadata.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteHead(Utf8JsonWriter json, MemoryDraft draft, long createdMs)
    {
        json.WriteNumber(FieldNames.Version, FieldNames.VersionNow);
        json.WriteNumber(FieldNames.Created, createdMs);
        if (!draft.IsText)
            json.WriteNumber(FieldNames.Binary, 1);
        json.WriteString(FieldNames.Type, draft.Type);
        if (draft.Session is not null)
            json.WriteString(FieldNames.Session, draft.Session);
        if (draft.Files.Count == 0)
            return;
        json.WriteStartArray(FieldNames.Files);
        foreach (string file in draft.Files)
            json.WriteStringValue(file);
        json.WriteEndArray();
    }

    private static void WriteSignificance(Utf8JsonWriter json, Significance? significance)
    {
        if (significance is null)
            return;
        json.WriteStartArray(FieldNames.Significance);
        for (int i = 0; i < Significance.Names.Count; i++)
        {
            if (significance[i] is { } value)
                json.WriteNumberValue(value);
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
    }
}
