using Thermocline.Operator.Api.Specification;

namespace Thermocline.Operator.Observe;

/// <summary>Selectors as lists and watches take them.</summary>
internal static class SelectorText
{
    public static string Of(LabelSelector selector) => string.Join(',', [
        .. (selector.MatchLabels ?? new Dictionary<string, string>()).Select(wanted => $"{wanted.Key}={wanted.Value}"),
        .. (selector.MatchExpressions ?? []).Select(Of),
    ]);

    private static string Of(LabelRequirement requirement)
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
