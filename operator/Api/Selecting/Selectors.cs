using Thermocline.Operator.Api.Specification;

namespace Thermocline.Operator.Api.Selecting;

/// <summary>Whether labels fit a selector, as Kubernetes itself decides it.</summary>
internal static class Selectors
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    /// <summary>Whether all labels and expressions fit. An empty selector fits nothing here: it would take every pod.</summary>
    public static bool Matches(LabelSelector? selector, IReadOnlyDictionary<string, string>? labels)
    {
        IReadOnlyDictionary<string, string> wanted = selector?.MatchLabels ?? NoLabels;
        IReadOnlyList<LabelRequirement> expressions = selector?.MatchExpressions ?? [];
        IReadOnlyDictionary<string, string> found = labels ?? NoLabels;
        return wanted.Count + expressions.Count > 0
            && wanted.All(label => found.TryGetValue(label.Key, out string? value) && value == label.Value)
            && expressions.All(expression => Matches(expression, found));
    }

    /// <summary>Whether a cluster selects pods with these labels, and does not exclude them.</summary>
    public static bool Takes(MemoryCluster cluster, IReadOnlyDictionary<string, string>? labels) =>
        Matches(cluster.Spec.Selector, labels) && !Matches(cluster.Spec.Attach.Excluded, labels);

    private static bool Matches(LabelRequirement requirement, IReadOnlyDictionary<string, string> labels)
    {
        bool there = labels.TryGetValue(requirement.Key, out string? value);
        bool listed = there && (requirement.Values ?? []).Contains(value);
        return requirement.Operator switch
        {
            "In" => listed,
            // What is not there is not in the list either.
            "NotIn" => !listed,
            "Exists" => there,
            "DoesNotExist" => !there,
            // A word this version does not know must not select anything.
            _ => false,
        };
    }
}
