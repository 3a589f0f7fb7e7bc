using System.Globalization;
using System.Text.Json.Nodes;

namespace Thermocline.Operator.Tests.Admission.Injecting;

/// <summary>Applies add, remove and replace of RFC 6902, as strictly as the API server does.</summary>
internal static class JsonPatches
{
    public static JsonObject Apply(JsonObject before, JsonArray operations)
    {
        JsonNode after = before.DeepClone();
        foreach (JsonNode? operation in operations)
            Apply(after, operation!["op"]!.GetValue<string>(), operation["path"]!.GetValue<string>(), operation["value"]?.DeepClone());
        return after.AsObject();
    }

    private static void Apply(JsonNode root, string what, string path, JsonNode? value)
    {
        string[] parts = [.. path.Split('/').Skip(1).Select(static part =>
            part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
        JsonNode parent = root;
        foreach (string part in parts[..^1])
            parent = (parent is JsonArray list ? list[int.Parse(part, CultureInfo.InvariantCulture)] : parent[part])
                ?? throw new InvalidOperationException($"{path}: {part} is not there.");
        string last = parts[^1];
        if (parent is JsonArray items)
            Apply(items, what, int.Parse(last, CultureInfo.InvariantCulture), value);
        else if (what != "add" && !parent.AsObject().ContainsKey(last))
            throw new InvalidOperationException($"{path} is not there.");
        else if (what == "remove")
            parent.AsObject().Remove(last);
        else
            parent[last] = value;
    }

    private static void Apply(JsonArray items, string what, int index, JsonNode? value)
    {
        if (what == "add")
            items.Insert(index, value);
        else if (what == "remove")
            items.RemoveAt(index);
        else
            items[index] = value;
    }
}
