using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Records;

namespace Thermocline.Memory.Json;

/// <summary>
/// Reads drafts from the JSON of the data API: an object, or an array of objects. Strict: an unknown field is a mistake,
/// so that a misspelt one is not lost in silence, and every mistake of form and of content is named at once.
/// </summary>
public static class DraftJson
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads one draft; null when it has mistakes, which are added to the list.</summary>
    public static MemoryDraft? Read(JsonElement json, string path, int contentBytesMax, ICollection<Mistake> mistakes) =>
        Read(json, path, contentBytesMax, mistakes, null);

    /// <summary>The same, of an object whose content stands elsewhere and is given.</summary>
    internal static MemoryDraft? Read(
        JsonElement json, string path, int contentBytesMax, ICollection<Mistake> mistakes, MemoryDraft? given)
    {
        ArgumentNullException.ThrowIfNull(mistakes);
        if (json.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add(new Mistake(path, "invalid", "A memory is a JSON object."));
            return null;
        }

        var fields = new JsonFields(path, mistakes);
        MemoryDraft draft = given ?? new MemoryDraft { Content = default };
        int contents = given is null ? 0 : 1;
        try
        {
            foreach (JsonProperty property in json.EnumerateObject())
                draft = Field(draft, property, fields, ref contents);
        }
        catch (InvalidOperationException)
        {
            fields.Add("", "invalid", "A field's name holds half of a surrogate pair.");
        }

        if (contents == 0)
            fields.Add("text", "required", "Give either text or contentBase64.");
        else if (contents > 1)
            fields.Add("contentBase64", "invalid", "Give either text or contentBase64, not both.");
        var rules = new MistakeList();
        DraftRules.Check(draft, path, contentBytesMax, rules);
        fields.AddNew(rules.Items);
        return fields.HasMistakes ? null : draft;
    }

    private static MemoryDraft Field(MemoryDraft draft, JsonProperty property, JsonFields fields, ref int contents)
    {
        JsonElement value = property.Value;
        switch (property.Name)
        {
            case "text":
                contents++;
                return draft with { Content = Encoding.UTF8.GetBytes(fields.String("text", value) ?? " ") };
            case "contentBase64":
                contents++;
                return draft with { Content = fields.Bytes("contentBase64", value) ?? default, IsText = false };
            case "type":
                return draft with { Type = fields.OptionalString("type", value) ?? MemoryDraft.TypeDefault };
            case "session":
                return draft with { Session = fields.OptionalString("session", value) };
            case "context":
                return draft with { Context = fields.OptionalString("context", value) };
            case "files":
                return draft with { Files = fields.Strings("files", value) };
            case "metadata":
                return draft with { Metadata = Metadata(value, fields) };
            case "significance":
                return draft with { Significance = SignificanceOf(value, fields) };
            case "private":
                return draft with { IsPrivate = fields.Flag("private", value) };
            case "id":
                return draft with { Id = IdOf(value, fields) };
            case "createdAt":
                return draft with { CreatedAt = fields.Time("createdAt", value) };
            default:
                fields.Add(property.Name, "unknown-field", "There is no such field; put fields of your own into metadata.");
                return draft;
        }
    }

    private static byte[] Metadata(JsonElement value, JsonFields fields)
    {
        if (value.ValueKind is JsonValueKind.Null)
            return [];
        if (value.ValueKind is not JsonValueKind.Object)
        {
            fields.Add("metadata", "invalid", "Must be a JSON object.");
            return [];
        }

        try
        {
            return Write(value);
        }
        catch (InvalidOperationException)
        {
            // What the reader raises for an escape such as \ud800 without its partner.
            fields.Add("metadata", "invalid", "Holds half of a surrogate pair.");
            return [];
        }
    }

    /// <summary>The compact form of a JSON value.</summary>
    /// <exception cref="InvalidOperationException">A string inside has no UTF-8 form.</exception>
    internal static byte[] Write(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Compact))
            value.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    private static Significance? SignificanceOf(JsonElement value, JsonFields fields)
    {
        if (value.ValueKind is JsonValueKind.Null)
            return null;
        if (value.ValueKind is not JsonValueKind.Object)
        {
            fields.Add("significance", "invalid", "Must be an object of numbers from 0 to 1.");
            return null;
        }

        var significance = new Significance();
        foreach (JsonProperty property in value.EnumerateObject())
        {
            string field = $"significance.{property.Name}";
            int dimension = Significance.IndexOf(property.Name);
            if (dimension < 0)
                fields.Add(field, "unknown-field", $"The dimensions are {string.Join(", ", Significance.Names)}.");
            else if (fields.Number(field, property.Value) is { } number)
                significance = significance.With(dimension, number);
        }

        return significance;
    }

    private static MemoryId? IdOf(JsonElement value, JsonFields fields)
    {
        if (fields.OptionalString("id", value) is not { } text)
            return null;
        if (MemoryId.TryParse(text, out MemoryId id))
            return id;
        fields.Add("id", "invalid", string.Create(CultureInfo.InvariantCulture,
            $"Must have {MemoryId.TextLength} characters of Crockford's base 32 (0-9, A-Z without I, L, O, U)."));
        return null;
    }
}
