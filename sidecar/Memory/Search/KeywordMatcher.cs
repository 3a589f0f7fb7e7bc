using System.Buffers;
using System.Text.Unicode;

namespace Thermocline.Memory.Search;

/// <summary>
/// Finds the words and phrases of a query in UTF-8 text of any length, in one window of memory. Letter case makes no
/// difference. The words of a phrase must follow each other with 1 to <see cref="GapCharsMax"/> separating characters
/// between them (none needed in scripts without spaces), so a phrase is found across a line break. One search at a time.
/// </summary>
internal sealed class KeywordMatcher
{
    /// <summary>Most characters between two words of a phrase.</summary>
    public const int GapCharsMax = 64;

    private const int WindowChars = 32 << 10;

    /// <summary>Characters kept from window to window: more than the longest phrase with its widest gaps.</summary>
    private const int OverlapChars = MemoryLimits.QueryCharsMax + (MemoryLimits.QueryTermsMax * GapCharsMax) + 2;

    private readonly KeywordQuery _query;
    private readonly SearchValues<string> _any;
    private readonly SearchValues<string>[] _each;
    private readonly char[] _window = new char[OverlapChars + WindowChars];

    public KeywordMatcher(KeywordQuery query)
    {
        _query = query;
        _any = SearchValues.Create([.. query.Words], StringComparison.OrdinalIgnoreCase);
        _each = [.. query.Words.Select(word => SearchValues.Create([word], StringComparison.OrdinalIgnoreCase))];
    }

    public KeywordMatch Match(ReadOnlySpan<byte> text)
    {
        var match = new KeywordMatch();
        int kept = 0;
        bool first = true;
        do
        {
            // A UTF-8 byte never becomes more than one UTF-16 unit, so this slice always fits.
            ReadOnlySpan<byte> slice = text[..Math.Min(text.Length, WindowChars)];
            bool last = slice.Length == text.Length;
            Utf8.ToUtf16(slice, _window.AsSpan(kept), out int read, out int written, replaceInvalidSequences: true, isFinalBlock: last);
            text = text[read..];
            var window = new Window(_window.AsSpan(0, kept + written), first, last);
            match = Look(window, match);
            first = false;
            kept = Math.Min(OverlapChars, window.Text.Length);
            window.Text[^kept..].CopyTo(_window);
        }
        while (!text.IsEmpty && !IsComplete(match));
        return match;
    }

    private bool IsComplete(KeywordMatch match) =>
        match.WordCount == _query.Words.Count && match.PhraseCount == _query.Phrases.Count;

    private KeywordMatch Look(Window window, KeywordMatch match)
    {
        // Most memories hold none of the words: one pass over all of them at once decides that.
        int start = window.Text.IndexOfAny(_any);
        if (start < 0)
            return match;
        uint words = match.Words;
        for (int i = 0; i < _each.Length; i++)
        {
            if ((words & (1u << i)) == 0 && NextWord(window, i, start) >= 0)
                words |= 1u << i;
        }

        ulong phrases = match.Phrases;
        for (int i = 0; i < _query.Phrases.Count; i++)
        {
            if ((phrases & (1UL << i)) == 0 && HoldsPhrase(window, _query.Phrases[i], words, start))
                phrases |= 1UL << i;
        }

        return new KeywordMatch(words, phrases);
    }

    /// <summary>Start of the next place where a word stands alone, or -1.</summary>
    private int NextWord(Window window, int word, int from)
    {
        while (from < window.Text.Length)
        {
            int found = window.Text[from..].IndexOfAny(_each[word]);
            if (found < 0)
                return -1;
            from += found;
            if (window.StandsAlone(from, _query.Words[word].Length))
                return from;
            from++;
        }

        return -1;
    }

    private bool HoldsPhrase(Window window, int[] phrase, uint words, int start)
    {
        foreach (int word in phrase)
        {
            if ((words & (1u << word)) == 0)
                return false;
        }

        for (int at = NextWord(window, phrase[0], start); at >= 0; at = NextWord(window, phrase[0], at + 1))
        {
            if (ContinuesPhrase(window, phrase, at))
                return true;
        }

        return false;
    }

    private bool ContinuesPhrase(Window window, int[] phrase, int at)
    {
        for (int i = 1; i < phrase.Length; i++)
        {
            at += _query.Words[phrase[i - 1]].Length;
            int gap = 0;
            while (gap <= GapCharsMax && at < window.Text.Length && !Words.IsPart(window.Text[at]))
            {
                gap++;
                at++;
            }

            string word = _query.Words[phrase[i]];
            if (gap > GapCharsMax || !window.Text[at..].StartsWith(word, StringComparison.OrdinalIgnoreCase)
                || !window.StandsAlone(at, word.Length))
                return false;
        }

        return true;
    }

    /// <summary>A stretch of a text; at an inner edge the neighbouring character is not known.</summary>
    private readonly ref struct Window(ReadOnlySpan<char> text, bool first, bool last)
    {
        public ReadOnlySpan<char> Text { get; } = text;

        /// <summary>
        /// Whether a word ends on both sides of a place. At an inner edge the answer is no: windows overlap, so the
        /// place lies inside the window before or after.
        /// </summary>
        public bool StandsAlone(int start, int length)
        {
            int end = start + length;
            bool opens = start == 0 ? first : Words.MayEndBetween(Text[start - 1], Text[start]);
            bool closes = end == Text.Length ? last : end < Text.Length && Words.MayEndBetween(Text[end - 1], Text[end]);
            return opens && closes;
        }
    }
}
