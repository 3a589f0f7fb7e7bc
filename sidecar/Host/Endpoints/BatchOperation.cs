using System.Text;
using System.Text.Json;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>One operation of a batch while its fields are read.</summary>
internal sealed class BatchOperation
{
    /// <summary>More fields than an operation has; a flood of them must not be remembered.</summary>
    private const int FieldsMax = 16;

    private readonly HashSet<string> _given = new(StringComparer.Ordinal);
    private byte[] _value = [];
    private string? _contentType;
    private long? _ttlSeconds;

    /// <summary><c>put</c> or <c>delete</c>, null while not given.</summary>
    public string? Kind { get; private set; }

    /// <summary>The key in UTF-8, null while not given.</summary>
    public byte[]? Key { get; private set; }

    /// <summary>The tag the record must have, or <c>*</c>.</summary>
    public string? ETag { get; private set; }

    /// <summary>Whether the record must be absent.</summary>
    public bool IfAbsent { get; private set; }

    /// <summary>How many of <c>value</c> and <c>text</c> were given.</summary>
    public int ValuesGiven => (_given.Contains("value") ? 1 : 0) + (_given.Contains("text") ? 1 : 0);

    /// <summary>Whether a field was given that only a put has.</summary>
    public bool PutFieldsGiven => ValuesGiven > 0 || _contentType is not null || _ttlSeconds is not null || IfAbsent;

    /// <summary>Reads the field the reader stands on; answers its name, and what is wrong with it.</summary>
    public string? Take(ref Utf8JsonReader reader, out string? mistake)
    {
        string name = reader.GetString()!;
        reader.Read();
        if (_given.Count >= FieldsMax)
        {
            mistake = "is one field too many";
            reader.Skip();
            return null;
        }
        if (!_given.Add(name))
        {
            mistake = "is given twice";
            reader.Skip();
            return name;
        }
        mistake = name switch
        {
            "op" => TakeKind(ref reader),
            "key" => TakeKey(ref reader),
            "value" => TakeValue(ref reader),
            "text" => TakeText(ref reader),
            "contentType" => TakeContentType(ref reader),
            "etag" => TakeETag(ref reader),
            "ifAbsent" => TakeIfAbsent(ref reader),
            "ttlSeconds" => TakeTtl(ref reader),
            _ => Unknown(ref reader),
        };
        return name.Length <= 64 ? name : name[..64];
    }

    /// <summary>The operation as the store takes it. Only for one without mistakes.</summary>
    public WriteOperation ToWrite(byte[] collection, DateTimeOffset now) => new()
    {
        Key = (byte[])[.. collection, .. Key!],
        Delete = Kind == "delete",
        Value = _value,
        Metadata = RecordMetadata.Encode(_contentType ?? (_given.Contains("text") ? "text/plain; charset=utf-8" : null)),
        ExpiresAt = _ttlSeconds is { } seconds ? now.AddSeconds(seconds) : null,
        Condition = ConditionOf(),
    };

    private Condition ConditionOf()
    {
        if (IfAbsent)
            return Condition.IfAbsent;
        if (ETag is null)
            return default;
        return EntityTags.TryParseTag(ETag, out ulong sequence) ? Condition.IfSequence(sequence) : Condition.IfPresent;
    }

    private static string Unknown(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return "is not a field of an operation";
    }

    private string? TakeKind(ref Utf8JsonReader reader)
    {
        if (!TryText(ref reader, out string text) || text is not ("put" or "delete"))
            return "must be put or delete";
        Kind = text;
        return null;
    }

    private string? TakeKey(ref Utf8JsonReader reader)
    {
        if (!TryText(ref reader, out string text))
            return "must be a text";
        Key = Encoding.UTF8.GetBytes(text);
        return null;
    }

    private string? TakeValue(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return NotText(ref reader);
        if (!reader.TryGetBytesFromBase64(out byte[]? value))
            return "must be base64";
        _value = value;
        return null;
    }

    private string? TakeText(ref Utf8JsonReader reader)
    {
        if (!TryText(ref reader, out string text))
            return "must be a text";
        _value = Encoding.UTF8.GetBytes(text);
        return null;
    }

    private string? TakeContentType(ref Utf8JsonReader reader)
    {
        if (!TryText(ref reader, out string text))
            return "must be a text";
        _contentType = text;
        return RecordMetadata.Refuse(text)?.Detail;
    }

    private string? TakeETag(ref Utf8JsonReader reader)
    {
        if (!TryText(ref reader, out string text) || (text != "*" && !EntityTags.TryParseTag(text, out _)))
            return "must be the etag of a record, or *";
        ETag = text;
        return null;
    }

    private string? TakeIfAbsent(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
        {
            reader.Skip();
            return "must be true or false";
        }
        IfAbsent = reader.GetBoolean();
        return null;
    }

    private string? TakeTtl(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long seconds)
            && seconds is >= 1 and <= KvWrites.TtlSecondsMax)
        {
            _ttlSeconds = seconds;
            return null;
        }
        reader.Skip();
        return $"must be a whole number from 1 to {KvWrites.TtlSecondsMax}";
    }

    private static string NotText(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return "must be a text";
    }

    private static bool TryText(ref Utf8JsonReader reader, out string text)
    {
        text = "";
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return false;
        }
        text = reader.GetString()!;
        return true;
    }
}
