namespace Thermocline.Operator.Cluster.Objects;

/// <summary>Which objects are listed or watched.</summary>
internal sealed record ListScope
{
    public static readonly ListScope All = new();

    /// <summary>Their namespace; null for every one.</summary>
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Objects asked for at once.</summary>
    public int PageItems { get; init; } = 250;

    /// <summary>Path and query, with more parameters where there are any.</summary>
    public string Address(ResourceType type, params ReadOnlySpan<(string Name, string? Value)> more)
    {
        List<(string Name, string? Value)> parameters = [("labelSelector", LabelSelector), ("fieldSelector", FieldSelector), .. more];
        string query = string.Join('&', parameters.Where(each => each.Value is not null)
            .Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value!)}"));
        string collection = type.Collection(Namespace);
        return query.Length == 0 ? collection : $"{collection}?{query}";
    }
}
