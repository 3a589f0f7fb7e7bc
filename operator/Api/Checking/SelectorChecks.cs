using Thermocline.Operator.Api.Specification;

namespace Thermocline.Operator.Api.Checking;

/// <summary>The rules of a label selector.</summary>
internal static class SelectorChecks
{
    private const int LettersMax = 63;
    private const int KeyLettersMax = 317;
    private const int ItemsMax = 32;
    private const int ValuesMax = 64;

    public static void Check(string path, LabelSelector selector, FieldNotes notes)
    {
        IReadOnlyDictionary<string, string> labels = selector.MatchLabels ?? new Dictionary<string, string>();
        IReadOnlyList<LabelRequirement> expressions = selector.MatchExpressions ?? [];
        if (labels.Count == 0 && expressions.Count == 0)
            notes.Report(path, Wording.SelectsSomething);
        notes.Items($"{path}.matchLabels", labels.Count, ItemsMax);
        if (labels.Keys.Any(key => key.EnumerateRunes().Count() is 0 or > KeyLettersMax))
            notes.Report($"{path}.matchLabels", Wording.LabelKeys);
        foreach ((string key, string value) in labels)
            notes.Length($"{path}.matchLabels.{key}", value, 0, LettersMax);
        if (!notes.Items($"{path}.matchExpressions", expressions.Count, ItemsMax))
            return;
        for (int index = 0; index < expressions.Count; index++)
            Check($"{path}.matchExpressions[{index}]", expressions[index], notes);
    }

    private static void Check(string path, LabelRequirement requirement, FieldNotes notes)
    {
        IReadOnlyList<string> values = requirement.Values ?? [];
        notes.Length($"{path}.key", requirement.Key, 1, KeyLettersMax);
        notes.OneOf($"{path}.operator", requirement.Operator, "In", "NotIn", "Exists", "DoesNotExist");
        if (notes.Items($"{path}.values", values.Count, ValuesMax))
        {
            for (int index = 0; index < values.Count; index++)
                notes.Length($"{path}.values[{index}]", values[index], 0, LettersMax);
        }

        if (requirement.Operator is "In" or "NotIn" && values.Count == 0)
            notes.Report($"{path}.values", Wording.ValuesNeeded);
        if (requirement.Operator is "Exists" or "DoesNotExist" && values.Count > 0)
            notes.Report($"{path}.values", Wording.NoValues);
    }
}
