using System.Globalization;
using System.Text.Json.Nodes;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>The operations of RFC 6902 that make one object of another. Items of lists that have names are added, not rewritten.</summary>
internal static class JsonDifference
{
    public static JsonArray Of(JsonObject before, JsonObject after)
    {
        JsonArray operations = [];
        Objects("", before, after, operations);
        return operations;
    }

    private static void Objects(string path, JsonObject before, JsonObject after, JsonArray operations)
    {
        foreach ((string name, _) in before.Where(each => !after.ContainsKey(each.Key)))
            Note(operations, "remove", $"{path}/{Escaped(name)}", null);
        foreach ((string name, JsonNode? value) in after)
        {
            if (before.TryGetPropertyValue(name, out JsonNode? old))
                Values($"{path}/{Escaped(name)}", old, value, operations);
            else
                Note(operations, "add", $"{path}/{Escaped(name)}", value);
        }
    }

    private static void Values(string path, JsonNode? before, JsonNode? after, JsonArray operations)
    {
        if (before is JsonObject old && after is JsonObject current)
            Objects(path, old, current, operations);
        else if (before is JsonArray list && after is JsonArray wanted && JsonKeys.Of(list) is { } have && JsonKeys.Of(wanted) is { } want)
            Lists(path, (list, have), (wanted, want), operations);
        else if (!JsonNode.DeepEquals(before, after))
            Note(operations, "replace", path, after);
    }

    private static void Lists(
        string path, (JsonArray Items, string[] Keys) before, (JsonArray Items, string[] Keys) after, JsonArray operations)
    {
        HashSet<string> wanted = new(after.Keys, StringComparer.Ordinal);
        for (int index = before.Keys.Length - 1; index >= 0; index--)
        {
            if (!wanted.Contains(before.Keys[index]))
                Note(operations, "remove", Item(path, index), null);
        }

        List<(string Key, JsonNode? Item)> now =
            [.. before.Keys.Zip(before.Items).Where(each => wanted.Contains(each.First))];
        HashSet<string> there = new(now.Select(static each => each.Key), StringComparer.Ordinal);
        for (int index = 0; index < after.Keys.Length; index++)
        {
            string key = after.Keys[index];
            if (index < now.Count && now[index].Key == key)
            {
                Values(Item(path, index), now[index].Item, after.Items[index], operations);
                continue;
            }

            if (there.Contains(key))
            {
                int from = now.FindIndex(index, each => each.Key == key);
                Note(operations, "remove", Item(path, from), null);
                now.RemoveAt(from);
            }

            Note(operations, "add", Item(path, index), after.Items[index]);
            now.Insert(index, (key, after.Items[index]));
        }
    }

    private static void Note(JsonArray operations, string what, string path, JsonNode? value)
    {
        var operation = new JsonObject { ["op"] = what, ["path"] = path };
        if (what != "remove")
            operation["value"] = value?.DeepClone();
        operations.Add((JsonNode)operation);
    }

    private static string Item(string path, int index) => $"{path}/{index.ToString(CultureInfo.InvariantCulture)}";

    private static string Escaped(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
