using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Thermocline.Dashboards.Grafana;

/// <summary>JSON whose short parts stand in one line each, so that a change of a panel is a change of a few lines.</summary>
internal static class JsonLines
{
    private const int LineMax = 120;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonNode node)
    {
        StringBuilder text = new();
        Write(text, node, 0, 0);
        return text.Append('\n').ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, int indent, int before)
    {
        string line = node?.ToJsonString(Compact) ?? "null";
        if (node is not (JsonObject or JsonArray) || indent + before + line.Length < LineMax)
            text.Append(line);
        else if (node is JsonObject map)
            Lines(text, indent, '{', '}', map, entry =>
            {
                string name = $"\"{JsonEncodedText.Encode(entry.Key)}\": ";
                text.Append(name);
                Write(text, entry.Value, indent + 2, name.Length);
            });
        else
            Lines(text, indent, '[', ']', node.AsArray(), entry => Write(text, entry, indent + 2, 0));
    }

    private static void Lines<T>(StringBuilder text, int indent, char open, char close, IEnumerable<T> entries, Action<T> write)
    {
        text.Append(open);
        string separator = "\n";
        foreach (T entry in entries)
        {
            text.Append(separator).Append(' ', indent + 2);
            write(entry);
            separator = ",\n";
        }
        text.Append('\n').Append(' ', indent).Append(close);
    }
}
