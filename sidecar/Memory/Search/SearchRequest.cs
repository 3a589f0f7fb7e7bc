namespace Thermocline.Memory.Search;

/// <summary>What is searched for.</summary>
public sealed record SearchRequest
{
    /// <summary>The only mode of this version.</summary>
    public const string ModeKeyword = "keyword";

    /// <summary>Words, and phrases in double quotes: at most <see cref="MemoryLimits.QueryCharsMax"/> characters.</summary>
    public required string Query { get; init; }

    /// <summary>How to search.</summary>
    public string Mode { get; init; } = ModeKeyword;

    /// <summary>Most results wanted: 1 to <see cref="MemoryLimits.ResultsMax"/>.</summary>
    public int ResultsMax { get; init; } = MemoryLimits.ResultsDefault;

    /// <summary>Which memories are looked at.</summary>
    public SearchFilters Filters { get; init; } = new();
}

/// <summary>Which memories a search looks at; a filter that is null lets all pass.</summary>
public sealed record SearchFilters
{
    /// <summary>Type, exactly.</summary>
    public string? Type { get; init; }

    /// <summary>Session, exactly.</summary>
    public string? Session { get; init; }

    /// <summary>A file among the memory's files, exactly.</summary>
    public string? File { get; init; }

    /// <summary>First moment of creation.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the time of creation, itself not included.</summary>
    public DateTimeOffset? To { get; init; }
}
