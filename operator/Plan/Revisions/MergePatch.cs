using System.Text.Json.Nodes;

namespace Thermocline.Operator.Plan.Revisions;

/// <summary>What turns one object into another, as RFC 7396 writes it.</summary>
internal static class MergePatch
{
    public static JsonObject Between(JsonObject from, JsonObject to)
    {
        var patch = new JsonObject();
        foreach (string name in from.Select(field => field.Key).Where(name => !to.ContainsKey(name)))
            patch[name] = null;
        foreach ((string name, JsonNode? wanted) in to)
        {
            JsonNode? there = from[name];
            if (wanted is JsonObject inner && there is JsonObject before)
            {
                JsonObject below = Between(before, inner);
                if (below.Count > 0)
                    patch[name] = below;
            }
            else if (!JsonNode.DeepEquals(wanted, there))
            {
                patch[name] = wanted?.DeepClone();
            }
        }

        return patch;
    }
}
