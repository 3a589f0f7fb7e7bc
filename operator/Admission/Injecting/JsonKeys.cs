using System.Text.Json.Nodes;

namespace Thermocline.Operator.Admission.Injecting;

/// <summary>What tells the items of a list apart, in the lists of a pod.</summary>
internal static class JsonKeys
{
    // Mounts are told apart by their place, as one volume may be mounted twice; everything else by its name.
    private static readonly string[] Fields = ["mountPath", "name"];

    /// <summary>The key of each item; null for a list whose items have none, or have one twice.</summary>
    public static string[]? Of(JsonArray list)
    {
        string? field = Fields.FirstOrDefault(name => list.Count > 0 && PodJson.Text(PodJson.At(list[0], name)) is not null);
        if (list.Count > 0 && field is null)
            return null;
        string?[] keys = [.. list.Select(item => PodJson.Text(PodJson.At(item, field ?? "")))];
        return keys.Any(static key => key is null) || keys.Distinct(StringComparer.Ordinal).Count() != keys.Length ? null : [.. keys!];
    }
}
