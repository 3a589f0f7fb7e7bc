using System.Numerics;

namespace Thermocline.Memory.Search;

/// <summary>Which words and phrases of a query a text holds, one bit each.</summary>
internal readonly record struct KeywordMatch(uint Words, ulong Phrases)
{
    public int WordCount => BitOperations.PopCount(Words);

    public int PhraseCount => BitOperations.PopCount(Phrases);
}
