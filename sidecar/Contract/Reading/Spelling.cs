namespace Thermocline.Contract.Reading;

/// <summary>Finds what somebody probably meant.</summary>
public static class Spelling
{
    private const int DistanceMax = 3;
    private const int LengthMax = 64;

    /// <summary>The known word that is nearest to a misspelt one, or null when none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        string? best = null;
        int bestDistance = DistanceMax + 1;
        foreach (string candidate in known)
        {
            int distance = Distance(word, candidate);
            // A word of three letters is within three steps of every other: at least half must agree.
            if (distance < bestDistance && distance * 2 <= Math.Max(word.Length, candidate.Length))
                (best, bestDistance) = (candidate, distance);
        }
        return best;
    }

    /// <summary>Levenshtein distance, whatever the case; words longer than 64 letters are not near anything.</summary>
    private static int Distance(string left, string right)
    {
        if (left.Length > LengthMax || right.Length > LengthMax)
            return int.MaxValue / 4;
        Span<int> row = stackalloc int[right.Length + 1];
        for (int column = 0; column <= right.Length; column++)
            row[column] = column;
        for (int line = 1; line <= left.Length; line++)
        {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= right.Length; column++)
            {
                bool same = char.ToLowerInvariant(left[line - 1]) == char.ToLowerInvariant(right[column - 1]);
                int cost = Math.Min(diagonal + (same ? 0 : 1), Math.Min(row[column], row[column - 1]) + 1);
                diagonal = row[column];
                row[column] = cost;
            }
        }
        return row[right.Length];
    }
}
