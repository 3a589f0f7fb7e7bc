namespace Thermocline.Memory.Search;

/// <summary>
/// Relevance of a memory to a query: (10 × phrases + 2 × words + 5 × semantic cosine) × 1/(1 + 0.1 × age in days),
/// × 1.5 for the type <c>breakthrough</c>.
/// </summary>
public static class Relevance
{
    private const double PhrasePoints = 10;
    private const double WordPoints = 2;
    private const double DecayPerDay = 0.1;
    private const double BreakthroughFactor = 1.5;

    /// <summary>
    /// The score. The semantic cosine is 0 for a keyword search. A memory from the future counts as new.
    /// </summary>
    public static double Score(int phrases, int words, TimeSpan age, bool isBreakthrough)
    {
        double points = (PhrasePoints * phrases) + (WordPoints * words);
        double decay = 1 / (1 + (DecayPerDay * Math.Max(0, age.TotalDays)));
        return points * decay * (isBreakthrough ? BreakthroughFactor : 1);
    }

    /// <summary>
    /// How sure an answer is: its best score over the score of an ordinary memory of this moment that holds every
    /// phrase and word, at most 1; 0 when nothing was found.
    /// </summary>
    public static double Confidence(double bestScore, int phrases, int words) =>
        Math.Clamp(bestScore / ((PhrasePoints * phrases) + (WordPoints * words)), 0, 1);
}
