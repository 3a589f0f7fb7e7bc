namespace Thermocline.Memory.Search;

/// <summary>
/// A query taken apart: its different words, and its phrases as sequences of word indexes. Parts in double quotes are
/// the phrases; without quotes the whole query is one. A quote that is never closed counts as a space.
/// </summary>
internal sealed class KeywordQuery
{
    private KeywordQuery(IReadOnlyList<string> words, IReadOnlyList<int[]> phrases, int terms)
    {
        Words = words;
        Phrases = phrases;
        Terms = terms;
    }

    /// <summary>The different words, in the order of the query; letter case makes no difference.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Each phrase as indexes into <see cref="Words"/>.</summary>
    public IReadOnlyList<int[]> Phrases { get; }

    /// <summary>Words of the query, each counted as often as it stands there.</summary>
    public int Terms { get; }

    public static KeywordQuery Parse(string query)
    {
        List<string> words = [];
        List<int[]> phrases = [];
        int terms = 0;
        int at = 0;
        while (at < query.Length)
        {
            int open = query.IndexOf('"', at);
            int close = open < 0 ? -1 : query.IndexOf('"', open + 1);
            if (close < 0)
                break;
            terms += Split(query.AsSpan(at, open - at), words).Length;
            int[] phrase = Split(query.AsSpan(open + 1, close - open - 1), words);
            terms += phrase.Length;
            Add(phrases, phrase);
            at = close + 1;
        }

        int[] rest = Split(query.AsSpan(at), words);
        if (phrases.Count == 0)
            Add(phrases, rest);
        return new KeywordQuery(words, phrases, terms + rest.Length);
    }

    private static void Add(List<int[]> phrases, int[] phrase)
    {
        if (phrase.Length > 0 && !phrases.Exists(other => other.AsSpan().SequenceEqual(phrase)))
            phrases.Add(phrase);
    }

    private static int[] Split(ReadOnlySpan<char> text, List<string> words)
    {
        List<int> indexes = [];
        while (!text.IsEmpty)
        {
            int length = 0;
            while (length < text.Length && Search.Words.IsPart(text[length]))
                length++;
            if (length > 0)
                indexes.Add(IndexOf(text[..length].ToString(), words));
            text = text[Math.Min(text.Length, length + 1)..];
        }

        return [.. indexes];
    }

    private static int IndexOf(string word, List<string> words)
    {
        int index = words.FindIndex(known => string.Equals(known, word, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
            return index;
        words.Add(word);
        return words.Count - 1;
    }
}
