using System.Text.Json.Nodes;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>
/// Whether something is as wished, whatever was added to it: the API server fills in defaults, and others add mounts and variables to
/// every container.
/// </summary>
internal static class JsonCover
{
    public static bool Covers(JsonNode? found, JsonNode? wished) => (found, wished) switch
    {
        (JsonObject have, JsonObject want) => want.All(each => Covers(have[each.Key], each.Value)),
        (JsonArray have, JsonArray want) => Covers(have, want),
        _ => JsonNode.DeepEquals(found, wished),
    };

    private static bool Covers(JsonArray have, JsonArray want)
    {
        if (JsonKeys.Of(want) is not { } wanted || JsonKeys.Of(have) is not { } there)
            return JsonNode.DeepEquals(have, want);
        return wanted.Select((key, index) => (Index: index, At: Array.IndexOf(there, key)))
            .All(each => each.At >= 0 && Covers(have[each.At], want[each.Index]));
    }
}
