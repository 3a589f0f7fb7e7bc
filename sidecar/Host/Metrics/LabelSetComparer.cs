namespace Thermocline.Sidecar.Metrics;

/// <summary>Compares label sets by value, and with the tags of a measurement without making a label set of them.</summary>
internal sealed class LabelSetComparer
    : IEqualityComparer<LabelSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, LabelSet>
{
    public bool Equals(LabelSet? left, LabelSet? right) =>
        left is null || right is null ? left == right : left.Labels.AsSpan().SequenceEqual(right.Labels);

    public int GetHashCode(LabelSet set)
    {
        HashCode hash = new();
        foreach ((_, string value) in set.Labels)
            hash.Add(value);
        return hash.ToHashCode();
    }

    public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> tags, LabelSet set)
    {
        if (tags.Length != set.Labels.Length)
            return false;
        for (int index = 0; index < tags.Length; index++)
        {
            if (tags[index].Key != set.Labels[index].Key || TextOf(tags[index].Value) != set.Labels[index].Value)
                return false;
        }
        return true;
    }

    public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        HashCode hash = new();
        foreach ((_, object? value) in tags)
            hash.Add(TextOf(value));
        return hash.ToHashCode();
    }

    public LabelSet Create(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new KeyValuePair<string, string>[tags.Length];
        for (int index = 0; index < tags.Length; index++)
            labels[index] = new KeyValuePair<string, string>(tags[index].Key, TextOf(tags[index].Value));
        return new LabelSet(labels);
    }

    private static string TextOf(object? value) => value as string ?? value?.ToString() ?? "";
}
