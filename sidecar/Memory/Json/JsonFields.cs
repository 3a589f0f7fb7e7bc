using System.Text.Json;
using Thermocline.Memory.Records;

namespace Thermocline.Memory.Json;

/// <summary>Reads fields of one JSON object, and notes what is wrong with each under its path.</summary>
internal sealed class JsonFields(string path, ICollection<Mistake> mistakes)
{
    /// <summary>Whether anything was noted through this object.</summary>
    public bool HasMistakes { get; private set; }

    public void Add(string field, string code, string message)
    {
        HasMistakes = true;
        if (mistakes.Count < MemoryLimits.MistakesMax)
            mistakes.Add(new Mistake(MistakeList.Join(path, field), code, message));
    }

    /// <summary>Notes what rules found, but for fields that are noted already: they were judged by a stand-in.</summary>
    public void AddNew(IReadOnlyList<Mistake> found)
    {
        foreach (Mistake mistake in found)
        {
            if (mistakes.Any(noted => noted.Path == mistake.Path))
                continue;
            HasMistakes = true;
            if (mistakes.Count < MemoryLimits.MistakesMax)
                mistakes.Add(mistake);
        }
    }

    /// <summary>A string, or null with a mistake.</summary>
    public string? String(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Add(field, "invalid", "Must be a string.");
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // What the reader raises for an escape such as \ud800 without its partner, and for broken UTF-8.
            Add(field, "invalid", "Holds half of a surrogate pair or broken UTF-8.");
            return null;
        }
    }

    /// <summary>A string, or null without a mistake when the value is null.</summary>
    public string? OptionalString(string field, JsonElement value) =>
        value.ValueKind == JsonValueKind.Null ? null : String(field, value);

    public byte[]? Bytes(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out byte[]? bytes))
            return bytes;
        Add(field, "invalid", "Must be a string in base 64.");
        return null;
    }

    public IReadOnlyList<string> Strings(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
        {
            Add(field, "invalid", "Must be an array of strings.");
            return [];
        }

        List<string> strings = [];
        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (String($"{field}[{index++}]", item) is { } text)
                strings.Add(text);
        }

        return strings;
    }

    public bool Flag(string field, JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Add(field, "invalid", "Must be true or false.");
        return value.ValueKind == JsonValueKind.True;
    }

    public double? Number(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number))
            return number;
        Add(field, "invalid", "Must be a number.");
        return null;
    }

    /// <summary>A moment: a string of ISO 8601 (without a zone: UTC), or milliseconds since 1970.</summary>
    public DateTimeOffset? Time(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (Moment.TryRead(value, out DateTimeOffset time))
            return time;
        Add(field, "invalid", "Must be a time in ISO 8601, or milliseconds since 1970.");
        return null;
    }
}
