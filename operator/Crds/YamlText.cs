using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Thermocline.Operator.Crds;

/// <summary>JSON as block YAML, in its own order: the same input gives the same text.</summary>
internal static partial class YamlText
{
    private const int LineMax = 100;

    private static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What YAML takes for something else than a text.
    private static readonly string[] Reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

    /// <summary>The text, with a line feed at its end.</summary>
    public static string Of(JsonObject root)
    {
        StringBuilder text = new();
        WriteFields(text, root, 0);
        return text.ToString();
    }

    private static void WriteFields(StringBuilder text, JsonObject fields, int depth)
    {
        foreach ((string name, JsonNode? value) in fields)
        {
            text.Append(' ', depth).Append(Text(name)).Append(':');
            WriteValue(text, value, depth);
        }
    }

    private static void WriteValue(StringBuilder text, JsonNode? value, int depth)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } fields:
                text.Append('\n');
                WriteFields(text, fields, depth + 2);
                break;
            case JsonArray { Count: > 0 } items:
                text.Append('\n');
                WriteItems(text, items, depth);
                break;
            case not null when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var words && IsFolded(words):
                WriteFolded(text, words, depth + 2);
                break;
            default:
                text.Append(' ').Append(Scalar(value)).Append('\n');
                break;
        }
    }

    // A list stands as far left as its name, as kubectl writes it.
    private static void WriteItems(StringBuilder text, JsonArray items, int depth)
    {
        foreach (JsonNode? item in items)
        {
            text.Append(' ', depth).Append('-');
            if (item is not JsonObject { Count: > 0 } fields)
            {
                WriteValue(text, item, depth + 2);
                continue;
            }

            StringBuilder inner = new();
            WriteFields(inner, fields, depth + 2);
            text.Append(' ').Append(inner.ToString().AsSpan(depth + 2));
        }
    }

    // Folding turns each line break into one blank, so only a text whose blanks are single and inside can be folded.
    private static bool IsFolded(string text) =>
        text.Length > LineMax && text.Trim() == text && !text.Contains("  ", StringComparison.Ordinal) && text.All(each => each >= ' ');

    private static void WriteFolded(StringBuilder text, string words, int depth)
    {
        text.Append(" >-\n");
        int column = 0;
        foreach (string word in words.Split(' '))
        {
            bool first = column == 0;
            bool wraps = !first && column + 1 + word.Length > LineMax;
            text.Append(wraps ? "\n" : first ? "" : " ").Append(' ', wraps || first ? depth : 0).Append(word);
            column = wraps || first ? word.Length : column + 1 + word.Length;
        }

        text.Append('\n');
    }

    private static string Scalar(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ when value.GetValueKind() == JsonValueKind.String => Text(value.GetValue<string>()),
        _ => Convert.ToString(value.ToJsonString(), CultureInfo.InvariantCulture),
    };

    private static string Text(string value) =>
        PlainText().IsMatch(value) && !Reserved.Contains(value.ToLowerInvariant()) ? value : JsonSerializer.Serialize(value, Quoting);

    // Starts with a letter, and holds nothing that ends a plain text or starts a comment.
    [GeneratedRegex(@"^[A-Za-z]([\w ./,;()\-]*[\w.)])?\z")]
    private static partial Regex PlainText();
}
