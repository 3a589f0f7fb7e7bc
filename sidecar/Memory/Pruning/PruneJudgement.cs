namespace Thermocline.Memory.Pruning;

/// <summary>What the rules say of one record. Pure.</summary>
/// <param name="IsOld">Whether it was written before the moment asked for.</param>
/// <param name="IsMinor">Whether its significance is below the one asked for.</param>
/// <param name="IsChosen">Whether every rule that is given holds.</param>
public readonly record struct PruneJudgement(bool IsOld, bool IsMinor, bool IsChosen)
{
    /// <summary>Judges a record.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="writtenAtMs">When it was written, milliseconds since 1970.</param>
    /// <param name="significance">Its significance; null when it is no memory or has none.</param>
    public static PruneJudgement Of(PruneRules rules, long writtenAtMs, Significance? significance)
    {
        ArgumentNullException.ThrowIfNull(rules);
        bool isOld = rules.WrittenBefore is { } moment && writtenAtMs < moment.ToUnixTimeMilliseconds();
        bool isMinor = rules.SignificanceBelow is { } value && Highest(significance) < value;
        bool chosen = rules.ChooseAny && (rules.WrittenBefore is null || isOld) && (rules.SignificanceBelow is null || isMinor);
        return new PruneJudgement(isOld, isMinor, chosen);
    }

    // A comparison with null is false, so what has no significance is never minor.
    private static double? Highest(Significance? significance) => significance is null
        ? null
        : Enumerable.Range(0, Significance.Names.Count).Select(dimension => significance[dimension]).Max();
}
