using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Export;

/// <summary>One JSON object a line.</summary>
internal sealed class JsonLinesFormat : IRecordFormat
{
    // The lines are never put into HTML, and text in any alphabet stays readable.
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public void Begin(IBufferWriter<byte> output)
    {
    }

    public void Write(in RecordView record, IBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output, Options))
            RecordJson.Write(json, record);
        output.Write("\n"u8);
    }
}
