using System.Text;
using System.Text.Json;
using Thermocline.Memory.Json;
using Thermocline.Memory.Records;
using Thermocline.Store;

namespace Thermocline.Memory.Portable;

/// <summary>
/// Reads what <see cref="RecordJson"/> wrote: a memory becomes a draft with its own identifier, every other record the
/// bytes it was. Strict, because a field that is not understood might be the one that mattered.
/// </summary>
internal sealed class PortableReading
{
    private const int ValueBytesMax = 16 << 20;

    private readonly List<Mistake> _mistakes = [];
    private readonly JsonFields _fields;
    private readonly ReadOnlyMemory<byte>? _content;
    private string? _collection;
    private string? _key;
    private byte[]? _composedKey;
    private byte[]? _metadata;
    private ReadOnlyMemory<byte>? _value;
    private DateTimeOffset? _expiresAt;
    private JsonElement? _memory;
    private bool _contentIsBase64;

    private PortableReading(ReadOnlyMemory<byte>? content)
    {
        _content = content;
        _fields = new JsonFields("", _mistakes);
    }

    /// <summary>A memory to be saved; null for another record or with a problem.</summary>
    public MemoryDraft? Draft { get; private set; }

    /// <summary>A record to be written as it is; null for a memory or with a problem.</summary>
    public PortableRecord? Record { get; private set; }

    /// <summary>Why there is neither, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether an object says that it is a record of an export.</summary>
    public static bool IsOne(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("thermocline"u8, out JsonElement version)
        && version.ValueKind == JsonValueKind.Number
        && (json.TryGetProperty("key"u8, out _) || json.TryGetProperty("composedKey"u8, out _));

    /// <summary>Reads a record.</summary>
    /// <param name="json">An object for which <see cref="IsOne"/> holds.</param>
    /// <param name="content">The value, when it stands outside the object.</param>
    public static PortableReading Read(JsonElement json, ReadOnlyMemory<byte>? content)
    {
        var reading = new PortableReading(content);
        if (!json.GetProperty("thermocline"u8).TryGetInt32(out int version) || version != PortableRecord.Version)
        {
            reading.Problem = $"The record has version {json.GetProperty("thermocline"u8).GetRawText()}; this program reads {PortableRecord.Version}.";
            return reading;
        }

        foreach (JsonProperty property in json.EnumerateObject())
            reading.Take(property);
        reading.Finish();
        if (reading._mistakes.Count > 0)
        {
            reading.Draft = null;
            reading.Record = null;
            reading.Problem = string.Join(" ", reading._mistakes.Select(mistake => $"{mistake.Path}: {mistake.Message}"));
        }

        return reading;
    }

    private void Take(JsonProperty property)
    {
        JsonElement value = property.Value;
        switch (property.Name)
        {
            case "thermocline":
                return;
            case "collection":
                _collection = _fields.String("collection", value);
                return;
            case "key":
                _key = _fields.String("key", value);
                return;
            case "composedKey":
                _composedKey = _fields.Bytes("composedKey", value);
                return;
            case "contentType":
                TakeContentType(value);
                return;
            case "metadata":
                _metadata = _fields.Bytes("metadata", value);
                return;
            case "text" when _content is null && _value is null:
                _value = _fields.String("text", value) is { } text ? Encoding.UTF8.GetBytes(text) : null;
                return;
            case "base64" when _content is null && _value is null:
                _value = _fields.Bytes("base64", value);
                return;
            case "encoding" when _content is not null:
                _contentIsBase64 = value.ValueKind == JsonValueKind.String && value.ValueEquals("base64"u8);
                if (!_contentIsBase64)
                    _fields.Add("encoding", "invalid", "The only encoding is base64.");
                return;
            case "memory":
                _memory = value;
                return;
            case "expiresAt":
                _expiresAt = _fields.Time("expiresAt", value);
                return;
            case "writtenAt" or "etag":
                // They belong to the store that was exported.
                return;
            default:
                _fields.Add(property.Name, "unknown-field", "There is no such field here.");
                return;
        }
    }

    private void TakeContentType(JsonElement value)
    {
        if (_fields.String("contentType", value) is not { } type)
            return;
        if (ContentTypeField.CanKeep(type))
            _metadata = ContentTypeField.Encode(type);
        else
            _fields.Add("contentType", "invalid", "At most 1,024 printable ASCII letters.");
    }

    private void Finish()
    {
        if (_content is { } content)
            _value = _contentIsBase64 ? Decoded(content) : content;
        byte[] key = ComposedKey();
        if (_mistakes.Count > 0)
            return;
        if (_memory is { } memory)
            FinishMemory(memory, key);
        else if (_value is { } value && value.Length <= ValueBytesMax && (_metadata?.Length ?? 0) <= Limits.MetadataBytesMax)
            Record = new PortableRecord { Key = key, Value = value, Metadata = _metadata, ExpiresAt = _expiresAt };
        else if (_value is null)
            _fields.Add("text", "required", "A record has text or base64.");
        else
            _fields.Add("", "too-long", "At most 16 MiB of value and 32 KiB of metadata are taken.");
    }

    private void FinishMemory(JsonElement json, byte[] key)
    {
        MemoryDraft? given = _content is null ? null : new MemoryDraft { Content = _value ?? default, IsText = !_contentIsBase64 };
        MemoryDraft? draft = DraftJson.Read(json, "memory", ValueBytesMax, _mistakes, given);
        if (draft is null)
            return;
        // As it stands, not as it would be written here: the bytes are part of what is stored.
        if (json.TryGetProperty("metadata"u8, out JsonElement metadata) && metadata.ValueKind == JsonValueKind.Object)
            draft = draft with { Metadata = Encoding.UTF8.GetBytes(metadata.GetRawText()) };
        if (draft.Id is not { } id || draft.CreatedAt is not { } created || !Ids.MemoryKeys.Of(id).AsSpan().SequenceEqual(key))
        {
            _fields.Add("memory", "invalid", "A memory has an id, which is its key, and createdAt.");
            return;
        }

        if (_expiresAt is null)
            Draft = draft;
        else
            Record = new PortableRecord { Key = key, Value = draft.Content, Metadata = FieldsWriter.Write(draft, created.ToUnixTimeMilliseconds()), ExpiresAt = _expiresAt };
    }

    private byte[] ComposedKey()
    {
        if (_composedKey is { Length: > 0 and <= Limits.ComposedKeyBytesMax })
            return _composedKey;
        int collection = _collection is null ? 0 : Encoding.UTF8.GetByteCount(_collection);
        if (collection is > 0 and <= Limits.CollectionBytesMax && _key is not null && Encoding.UTF8.GetByteCount(_key) <= Limits.KeyBytesMax)
            return Keys.Compose(_collection!, _key);
        _fields.Add("key", "invalid", "A record has a collection of 1 to 128 bytes and a key of at most 1,024.");
        return [];
    }

    private ReadOnlyMemory<byte>? Decoded(ReadOnlyMemory<byte> content)
    {
        var bytes = new byte[content.Length / 4 * 3];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(content.Span, bytes, out int read, out int written)
                == System.Buffers.OperationStatus.Done && read == content.Length)
            return bytes.AsMemory(0, written);
        _fields.Add("content", "invalid", "It is not base 64.");
        return null;
    }
}
