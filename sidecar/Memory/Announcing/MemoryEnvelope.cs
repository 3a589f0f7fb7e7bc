using System.Buffers;
using System.Text.Json;

namespace Thermocline.Memory.Announcing;

/// <summary>What memories tell, as CloudEvents 1.0: daprd takes nothing else from a broker's component, and applications expect it.</summary>
public static class MemoryEnvelope
{
    /// <summary>Its content type.</summary>
    public const string MediaType = "application/cloudevents+json";

    private const string Source = "thermocline";

    // What surrounds the data, with a session of ordinary length.
    private const int EnvelopeBytes = 288;

    /// <summary>An envelope in UTF-8.</summary>
    /// <param name="type">The kind, which is its topic's name too.</param>
    /// <param name="id">By which a second delivery is known.</param>
    /// <param name="context">The session; empty for none.</param>
    /// <param name="time">When it happened, ISO 8601.</param>
    /// <param name="data">A JSON object.</param>
    public static ReadOnlyMemory<byte> Of(string type, string id, string context, string time, ReadOnlySpan<byte> data)
    {
        var bytes = new ArrayBufferWriter<byte>(EnvelopeBytes + data.Length);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("specversion"u8, "1.0"u8);
            json.WriteString("id"u8, id);
            json.WriteString("source"u8, Source);
            json.WriteString("type"u8, type);
            json.WriteString("time"u8, time);
            json.WriteString("datacontenttype"u8, "application/json"u8);
            if (context.Length > 0)
                json.WriteString("partitionkey"u8, context);
            json.WritePropertyName("data"u8);
            json.WriteRawValue(data, skipInputValidation: true);
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }
}
