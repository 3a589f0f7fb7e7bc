using System.Globalization;
using System.Text.Json;
using Thermocline.Memory.Json;

namespace Thermocline.Memory.Portable;

/// <summary>
/// Writes a record as one JSON object that <see cref="PortableReading"/> turns back into the same bytes. Every object says
/// its version, so that any line of an export means something by itself.
/// </summary>
internal static class RecordJson
{
    /// <summary>The whole record.</summary>
    public static void Write(Utf8JsonWriter json, in RecordView record)
    {
        json.WriteStartObject();
        WriteHead(json, record);
        if (record.Memory is { } memory)
        {
            json.WritePropertyName("memory"u8);
            WriteMemory(json, memory, record.Value);
        }
        else if (record.ValueIsText)
        {
            json.WriteString("text"u8, record.Value);
        }
        else
        {
            json.WriteBase64String("base64"u8, record.Value);
        }

        WriteTimes(json, record);
        json.WriteEndObject();
    }

    /// <summary>The record but for its value, which stands elsewhere: as it is when it is text, else in base 64.</summary>
    public static void WriteWithoutValue(Utf8JsonWriter json, in RecordView record)
    {
        json.WriteStartObject();
        WriteHead(json, record);
        if (record.Memory is { } memory)
        {
            json.WriteStartObject("memory"u8);
            MemoryJson.WriteDraftFields(json, RecordView.Draft(memory));
            json.WriteEndObject();
        }

        if (!record.ValueIsText)
            json.WriteString("encoding"u8, "base64"u8);
        WriteTimes(json, record);
        json.WriteEndObject();
    }

    public static string Time(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void WriteHead(Utf8JsonWriter json, in RecordView record)
    {
        json.WriteNumber("thermocline"u8, PortableRecord.Version);
        if (record.HasNames)
        {
            json.WriteString("collection"u8, record.Collection);
            json.WriteString("key"u8, record.Key);
        }
        else
        {
            json.WriteBase64String("composedKey"u8, record.ComposedKey);
        }

        if (record.Memory is not null || record.Metadata.IsEmpty)
            return;
        string contentType = ContentTypeField.Read(record.Metadata);
        if (record.Metadata.SequenceEqual(ContentTypeField.Encode(contentType)))
            json.WriteString("contentType"u8, contentType);
        else
            json.WriteBase64String("metadata"u8, record.Metadata);
    }

    private static void WriteMemory(Utf8JsonWriter json, MemoryRecord memory, ReadOnlySpan<byte> content)
    {
        json.WriteStartObject();
        if (memory.IsText)
            json.WriteString("text"u8, content);
        else
            json.WriteBase64String("contentBase64"u8, content);
        MemoryJson.WriteDraftFields(json, RecordView.Draft(memory));
        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, in RecordView record)
    {
        if (record.ExpiresAtMs != 0)
            json.WriteString("expiresAt"u8, Time(record.ExpiresAtMs));
        json.WriteString("writtenAt"u8, Time(record.WrittenAtMs));
        json.WriteString("etag"u8, record.Sequence.ToString(CultureInfo.InvariantCulture));
    }
}
