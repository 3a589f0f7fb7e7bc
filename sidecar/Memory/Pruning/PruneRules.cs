namespace Thermocline.Memory.Pruning;

/// <summary>Which records are not worth their space: those for which every rule that is given holds.</summary>
public sealed record PruneRules
{
    /// <summary>Only this collection; null for all.</summary>
    public string? Collection { get; init; }

    /// <summary>Written before this moment.</summary>
    public DateTimeOffset? WrittenBefore { get; init; }

    /// <summary>
    /// A memory none of whose dimensions of significance reaches this, 0 to 1. Records without significance never match: nobody
    /// said that they matter little.
    /// </summary>
    public double? SignificanceBelow { get; init; }

    /// <summary>Whether anything is chosen at all: a collection alone is a limit, not a reason.</summary>
    public bool ChooseAny => WrittenBefore is not null || SignificanceBelow is not null;

    /// <summary>Names every rule that is out of range.</summary>
    public IReadOnlyList<Mistake> Check()
    {
        List<Mistake> mistakes = [];
        if (SignificanceBelow is { } value && value is not (> 0 and <= 1))
            mistakes.Add(new Mistake("below", "out-of-range", "must be above 0 and at most 1"));
        if (Collection is { } name && (name.Length is 0 or > 128 || !name.All(IsLetter)))
            mistakes.Add(new Mistake("collection", "invalid", "must be 1 to 128 of a-z 0-9 . _ -"));
        return mistakes;
    }

    private static bool IsLetter(char letter) =>
        char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '_' or '-';
}
