using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Thermocline.Memory.Json;

namespace Thermocline.Memory.Import;

/// <summary>The fields of one JSON object, sorted into those with a meaning for a memory and the rest.</summary>
internal sealed class RecordFields
{
    private static readonly string[] TextNames = ["text", "content", "message"];
    private static readonly string[] SessionNames = ["session", "session_id", "sessionId"];
    private static readonly string[] TimeNames =
        ["timestamp", "createdAt", "created_at", "time", "date", "startedAt", "started_at", "start_time"];

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<JsonProperty> _rest = [];
    private readonly RecordPlace _place;
    private readonly string? _textName;

    public RecordFields(JsonElement json, RecordPlace place)
    {
        _place = place;
        _textName = TextName(json);
        if (_textName is null)
            FillFromShape(json);
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (!Take(property.Name, property.Value))
                _rest.Add(property);
        }
    }

    public byte[]? Content { get; private set; }

    public bool IsText { get; private set; } = true;

    public string? Type { get; private set; }

    public string? Session { get; private set; }

    public string? Context { get; private set; }

    public IReadOnlyList<string> Files { get; private set; } = [];

    public Significance? Significance { get; private set; }

    public DateTimeOffset? CreatedAt { get; private set; }

    /// <summary>The fields without a meaning here as one compact object; empty when there are none.</summary>
    public byte[] Metadata()
    {
        if (_rest.Count == 0 && _place.Member is null)
            return [];
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            writer.WriteStartObject();
            if (_place.Member is not null && !Holds("key"))
                writer.WriteString("key"u8, _place.Member);
            foreach (JsonProperty property in _rest)
                WriteRest(writer, property);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Puts the fields of the record's own metadata object beside the others when no name is taken twice.</summary>
    private void WriteRest(Utf8JsonWriter writer, JsonProperty property)
    {
        if (!property.NameEquals("metadata"u8) || property.Value.ValueKind != JsonValueKind.Object || Collides(property.Value))
        {
            property.WriteTo(writer);
            return;
        }

        foreach (JsonProperty inner in property.Value.EnumerateObject())
            inner.WriteTo(writer);
    }

    private bool Collides(JsonElement metadata)
    {
        foreach (JsonProperty inner in metadata.EnumerateObject())
        {
            if (Holds(inner.Name) || (_place.Member is not null && inner.NameEquals("key"u8)))
                return true;
        }

        return false;
    }

    private bool Holds(string name) => _rest.Exists(property => property.NameEquals(name));

    private static string? TextName(JsonElement json)
    {
        foreach (string name in TextNames)
        {
            if (json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && !value.ValueEquals(""))
                return name;
        }

        return null;
    }

    /// <summary>Shapes that carry their text in other fields; those fields stay in the metadata as well.</summary>
    private void FillFromShape(JsonElement json)
    {
        if (_place.Container == "math_solutions"
            && json.TryGetProperty("equation"u8, out JsonElement equation) && equation.ValueKind == JsonValueKind.String
            && json.TryGetProperty("result"u8, out JsonElement result) && result.ValueKind == JsonValueKind.Number)
            Content = Encoding.UTF8.GetBytes($"{equation.GetString()} = {result.GetRawText()}");
        else if (_place.Container == "sessions"
            && json.TryGetProperty("title"u8, out JsonElement title) && title.ValueKind == JsonValueKind.String && !title.ValueEquals(""))
            Content = Encoding.UTF8.GetBytes(title.GetString() ?? "");
        if (_place.Container == "sessions" && json.TryGetProperty("id"u8, out JsonElement id) && IsName(id, MemoryLimits.SessionBytesMax))
            Session = id.GetString();
    }

    /// <summary>Takes a field over; false when it belongs to the rest.</summary>
    private bool Take(string name, JsonElement value)
    {
        if (name == _textName)
        {
            Content = Encoding.UTF8.GetBytes(value.GetString() ?? "");
            return true;
        }

        if (SessionNames.Contains(name, StringComparer.Ordinal))
            return TakeSession(value);
        if (TimeNames.Contains(name, StringComparer.Ordinal))
            return TakeTime(value);
        return name switch
        {
            "contentBase64" => TakeBytes(value),
            "type" => TakeType(value),
            "context" => TakeContext(value),
            "files" => TakeFiles(value),
            "significance" => TakeSignificance(value),
            // True was refused before; false says nothing.
            "private" => value.ValueKind == JsonValueKind.False,
            _ => TakeDimension(name, value),
        };
    }

    private bool TakeBytes(JsonElement value)
    {
        if (_textName is not null || Content is not null || value.ValueKind != JsonValueKind.String
            || !value.TryGetBytesFromBase64(out byte[]? bytes) || bytes.Length == 0)
            return false;
        Content = bytes;
        IsText = false;
        return true;
    }

    private bool TakeType(JsonElement value)
    {
        if (!IsName(value, MemoryLimits.TypeBytesMax))
            return false;
        Type = value.GetString();
        return true;
    }

    private bool TakeSession(JsonElement value)
    {
        if (Session is not null || !(IsName(value, MemoryLimits.SessionBytesMax) || value.ValueKind == JsonValueKind.Number))
            return false;
        Session = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.GetString();
        return Session!.Length <= MemoryLimits.SessionBytesMax;
    }

    private bool TakeContext(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String || Wording.Utf8Length(value.GetString()!) > MemoryLimits.ContextBytesMax)
            return false;
        Context = value.GetString();
        return true;
    }

    private bool TakeFiles(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MemoryLimits.FilesMax)
            return false;
        List<string> files = [];
        foreach (JsonElement file in value.EnumerateArray())
        {
            if (!IsName(file, MemoryLimits.FileBytesMax))
                return false;
            files.Add(file.GetString()!);
        }

        Files = files;
        return true;
    }

    private bool TakeSignificance(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return false;
        Significance? taken = Significance;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            int dimension = Significance.IndexOf(property.Name);
            if (dimension < 0 || Share(property.Value) is not { } share)
                return false;
            taken = (taken ?? new Significance()).With(dimension, share);
        }

        Significance = taken;
        return true;
    }

    private bool TakeDimension(string name, JsonElement value)
    {
        int dimension = Significance.IndexOf(name);
        if (dimension < 0 || Share(value) is not { } share)
            return false;
        Significance = (Significance ?? new Significance()).With(dimension, share);
        return true;
    }

    /// <summary>Takes the first time that can be read; a form that says more than the millisecond stays in the rest too.</summary>
    private bool TakeTime(JsonElement value)
    {
        if (CreatedAt is not null || !TryTime(value, out DateTimeOffset time))
            return false;
        CreatedAt = time;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long ms) && ms == time.ToUnixTimeMilliseconds();
    }

    private static bool TryTime(JsonElement value, out DateTimeOffset time)
    {
        time = default;
        if (value.ValueKind == JsonValueKind.String)
            return Moment.TryParse(value.GetString()!, out time) && time >= DateTimeOffset.UnixEpoch;
        // Sources count in seconds or in milliseconds: 100 billion seconds lie in the year 5138.
        const double SecondsMax = 1e11;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || !(number is >= 0 and < 253e12))
            return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(number < SecondsMax ? number * 1000 : number));
        return true;
    }

    private static double? Share(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number is >= 0 and <= 1 ? number : null;

    private static bool IsName(JsonElement value, int bytesMax) =>
        value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
        && !Wording.HasControl(text) && Wording.Utf8Length(text) <= bytesMax;
}
