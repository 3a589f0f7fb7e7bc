using Thermocline.Operator.Api.Specification;

namespace Thermocline.Operator.Api.Selecting;

/// <summary>Whether one pod can be selected by two clusters.</summary>
internal static class SelectorOverlap
{
    /// <summary>The labels of a pod that both clusters would take; null when this finds none.</summary>
    public static IReadOnlyDictionary<string, string>? ExampleOf(MemoryCluster one, MemoryCluster other)
    {
        LabelRequirement[] all = [.. RequirementsOf(one.Spec.Selector), .. RequirementsOf(other.Spec.Selector)];
        var example = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (IGrouping<string, LabelRequirement> key in all.GroupBy(static each => each.Key, StringComparer.Ordinal))
        {
            if (key.All(static each => each.Operator is "NotIn" or "DoesNotExist"))
                continue;
            if (ValueFor([.. key]) is not { } value)
                return null;
            example[key.Key] = value;
        }

        // One example is tried, the first: when it is excluded, another might not be, and nothing is said. It is a warning only.
        return Selectors.Takes(one, example) && Selectors.Takes(other, example) ? example : null;
    }

    // A value that every requirement on one key allows; null when there is none.
    private static string? ValueFor(IReadOnlyList<LabelRequirement> requirements)
    {
        if (requirements.Any(static each => each.Operator == "DoesNotExist"))
            return null;
        string[] banned = [.. requirements.Where(static each => each.Operator == "NotIn").SelectMany(static each => each.Values ?? [])];
        string[][] lists = [.. requirements.Where(static each => each.Operator == "In").Select(static each => each.Values?.ToArray() ?? [])];
        if (lists.Length > 0)
            return lists[0].FirstOrDefault(value => lists.All(list => list.Contains(value)) && !banned.Contains(value));
        return Enumerable.Range(0, banned.Length + 1).Select(static index => $"value-{index}").First(value => !banned.Contains(value));
    }

    private static IEnumerable<LabelRequirement> RequirementsOf(LabelSelector? selector) =>
    [
        .. (selector?.MatchLabels ?? new Dictionary<string, string>())
            .Select(static label => new LabelRequirement { Key = label.Key, Operator = "In", Values = [label.Value] }),
        .. selector?.MatchExpressions ?? [],
    ];
}
