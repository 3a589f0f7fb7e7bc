using System.Text;
using System.Text.Json.Nodes;

namespace Thermocline.Operator.Crds;

/// <summary>The fields of a resource as a table of Markdown, put between two marks of a document.</summary>
internal static class FieldTable
{
    /// <summary>The document that holds it.</summary>
    public const string Document = "docs/MEMORYCLUSTER.md";

    private const string Begin = "<!-- fields: generated -->";
    private const string End = "<!-- fields: end -->";

    /// <summary>A document with its table made anew.</summary>
    public static string PutInto(string document, Type type)
    {
        int begin = document.IndexOf(Begin, StringComparison.Ordinal);
        int end = document.IndexOf(End, StringComparison.Ordinal);
        return begin < 0 || end < begin
            ? throw new InvalidOperationException($"{Document} does not hold the lines {Begin} and {End}.")
            : string.Concat(document.AsSpan(0, begin + Begin.Length), Of(type), document.AsSpan(end));
    }

    private static string Of(Type type)
    {
        JsonObject properties = Definition.Schema(type)["properties"]!.AsObject();
        StringBuilder table = new("\n");
        foreach (string part in new[] { "spec", "status" })
        {
            table.Append(part == "spec" ? "| field | default | |\n|---|---|---|\n" : "\n| field | |\n|---|---|\n");
            Rows(table, part, properties[part]!.AsObject(), part == "spec");
        }

        return table.ToString();
    }

    private static void Rows(StringBuilder table, string path, JsonObject schema, bool withDefaults)
    {
        JsonObject fields = schema["properties"]?.AsObject() ?? [];
        JsonArray required = schema["required"]?.AsArray() ?? [];
        foreach ((string name, JsonNode? node) in fields)
        {
            JsonObject field = node!.AsObject();
            JsonObject inner = field["items"] as JsonObject ?? field;
            string own = $"{path}.{name}{(field["items"] is null ? "" : "[]")}";
            bool section = inner["properties"] is not null;
            string standard = required.Any(each => each!.GetValue<string>() == name) ? "required" : section ? "" : Default(field["default"]);
            table.Append("| `").Append(own).Append("` | ");
            if (withDefaults)
                table.Append(standard).Append(" | ");
            table.Append(field["description"]!.GetValue<string>()).Append(Bounds(inner)).Append(" |\n");
            if (section)
                Rows(table, own, inner, withDefaults);
        }
    }

    private static string Default(JsonNode? value) => value switch
    {
        null => "",
        JsonArray { Count: 0 } => "none",
        JsonArray items => string.Join(", ", items.Select(item => $"`{item}`")),
        _ when value.ToString().Length == 0 => "empty",
        _ => $"`{value}`",
    };

    private static string Bounds(JsonObject field) =>
        field["minimum"] is { } min && field["maximum"] is { } max ? $" {min} to {max}."
        : field["enum"] is JsonArray words ? $" One of {string.Join(", ", words)}."
        : "";
}
