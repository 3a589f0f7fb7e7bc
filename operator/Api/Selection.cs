using Thermocline.Operator.Api.Specification;

namespace Thermocline.Operator.Api;

/// <summary>Which labels a selector takes, as the API server understands it.</summary>
internal static class Selection
{
    /// <summary>Whether all labels and expressions fit. An empty selector, which no accepted spec has, takes nothing.</summary>
    public static bool Fits(LabelSelector? selector, IReadOnlyDictionary<string, string> labels) =>
        selector is not null
        && (selector.MatchLabels?.Count > 0 || selector.MatchExpressions?.Count > 0)
        && (selector.MatchLabels?.All(wanted => labels.TryGetValue(wanted.Key, out string? value) && value == wanted.Value) ?? true)
        && (selector.MatchExpressions?.All(each => Fits(each, labels)) ?? true);

    /// <summary>The selector as lists and watches take it.</summary>
    public static string Text(LabelSelector selector) => string.Join(',', [
        .. (selector.MatchLabels ?? new Dictionary<string, string>()).Select(wanted => $"{wanted.Key}={wanted.Value}"),
        .. (selector.MatchExpressions ?? []).Select(Text),
    ]);

    private static bool Fits(LabelRequirement requirement, IReadOnlyDictionary<string, string> labels)
    {
        bool there = labels.TryGetValue(requirement.Key, out string? value);
        return requirement.Operator switch
        {
            "In" => there && (requirement.Values ?? []).Contains(value),
            "NotIn" => !there || !(requirement.Values ?? []).Contains(value),
            "Exists" => there,
            "DoesNotExist" => !there,
            _ => false,
        };
    }

    private static string Text(LabelRequirement requirement)
    {
        string values = string.Join(',', requirement.Values ?? []);
        return requirement.Operator switch
        {
            "In" => $"{requirement.Key} in ({values})",
            "NotIn" => $"{requirement.Key} notin ({values})",
            "DoesNotExist" => $"!{requirement.Key}",
            _ => requirement.Key,
        };
    }
}
