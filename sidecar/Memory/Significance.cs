namespace Thermocline.Memory;

/// <summary>How much a memory matters, in six dimensions from 0 to 1. A dimension that was not given is null.</summary>
public sealed record Significance
{
    /// <summary>The dimensions by their names in JSON, in the order they are stored.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "emotional_resonance", "knowledge_value", "relationship_depth",
        "breakthrough_factor", "temporal_relevance", "pattern_strength",
    ];

    /// <summary><c>emotional_resonance</c>.</summary>
    public double? EmotionalResonance { get; init; }

    /// <summary><c>knowledge_value</c>.</summary>
    public double? KnowledgeValue { get; init; }

    /// <summary><c>relationship_depth</c>.</summary>
    public double? RelationshipDepth { get; init; }

    /// <summary><c>breakthrough_factor</c>.</summary>
    public double? BreakthroughFactor { get; init; }

    /// <summary><c>temporal_relevance</c>.</summary>
    public double? TemporalRelevance { get; init; }

    /// <summary><c>pattern_strength</c>.</summary>
    public double? PatternStrength { get; init; }

    /// <summary>The dimension at an index of <see cref="Names"/>.</summary>
    public double? this[int dimension] => dimension switch
    {
        0 => EmotionalResonance,
        1 => KnowledgeValue,
        2 => RelationshipDepth,
        3 => BreakthroughFactor,
        4 => TemporalRelevance,
        5 => PatternStrength,
        _ => throw new ArgumentOutOfRangeException(nameof(dimension)),
    };

    /// <summary>A copy with the dimension at an index of <see cref="Names"/> set.</summary>
    public Significance With(int dimension, double value) => dimension switch
    {
        0 => this with { EmotionalResonance = value },
        1 => this with { KnowledgeValue = value },
        2 => this with { RelationshipDepth = value },
        3 => this with { BreakthroughFactor = value },
        4 => this with { TemporalRelevance = value },
        5 => this with { PatternStrength = value },
        _ => throw new ArgumentOutOfRangeException(nameof(dimension)),
    };

    /// <summary>Index of a dimension by its name in JSON, or -1.</summary>
    public static int IndexOf(string name)
    {
        for (int i = 0; i < Names.Count; i++)
        {
            if (string.Equals(Names[i], name, StringComparison.Ordinal))
                return i;
        }

        return -1;
    }
}
