using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Export;

/// <summary>
/// v1 frames. The id is <c>collection/key</c> (of a memory its identifier), the time that of the memory or of the write;
/// the metadata says everything else, so that an import gives back the record itself.
/// </summary>
internal sealed class V1Format : IRecordFormat
{
    private readonly ArrayBufferWriter<byte> _metadata = new();

    public void Begin(IBufferWriter<byte> output)
    {
    }

    public void Write(in RecordView record, IBufferWriter<byte> output)
    {
        _metadata.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_metadata, JsonLinesFormat.Options))
            RecordJson.WriteWithoutValue(json, record);
        ReadOnlySpan<byte> id = record.Memory is not null ? record.Key
            : record.HasNames ? [.. record.Collection, (byte)'/', .. record.Key]
            : Convert.ToHexStringLower(record.ComposedKey).Select(each => (byte)each).ToArray();
        int contentBytes = record.ValueIsText ? record.Value.Length : Base64.GetMaxEncodedToUtf8Length(record.Value.Length);
        int size = V1Frame.Size(id.Length, contentBytes, _metadata.WrittenCount);
        Span<byte> frame = output.GetSpan(size)[..size];
        long timeMs = record.Memory?.CreatedAt.ToUnixTimeMilliseconds() ?? record.WrittenAtMs;
        Span<byte> content = V1Frame.Lay(frame, id, timeMs, _metadata.WrittenSpan);
        if (record.ValueIsText)
            record.Value.CopyTo(content);
        else
            Base64.EncodeToUtf8(record.Value, content, out _, out _);
        V1Frame.Seal(frame);
        output.Advance(size);
    }
}
