using Thermocline.Memory.Search;
using Xunit;

namespace Thermocline.Memory.Tests.Search;

public sealed class KeywordMatcherTests
{
    [Theory]
    [InlineData("fox", "The quick brown fox", 1, 1)]
    [InlineData("FOX", "the fox's den", 1, 1)]
    [InlineData("fox", "foxes and firefox", 0, 0)]
    [InlineData("quick fox", "the quick brown fox", 2, 0)]
    [InlineData("quick brown", "the QUICK\n   Brown fox", 2, 1)]
    [InlineData("brown quick", "the quick brown fox", 2, 0)]
    [InlineData("state-store", "a state store, and a state_store", 2, 1)]
    [InlineData("\"brown fox\" \"lazy dog\" jumps", "The brown fox sees the dog, the lazy dog.", 4, 2)]
    [InlineData("\"open quote fox", "open the quote, fox", 3, 0)]
    [InlineData("one one ONE", "one", 1, 0)]
    [InlineData("ÜBUNG straße", "übung auf der Straße", 2, 0)]
    [InlineData("東京", "今日は東京都にいます", 1, 1)]
    [InlineData("🙂", "well done🙂", 1, 1)]
    [InlineData("résumé", "resume", 0, 0)]
    [InlineData("a b a", "x a b b a", 2, 0)]
    [InlineData("a b a", "x a b a", 2, 1)]
    [InlineData("x", "", 0, 0)]
    public void Words_stand_alone_and_phrases_keep_their_order(string query, string text, int words, int phrases)
    {
        KeywordMatch match = new KeywordMatcher(KeywordQuery.Parse(query)).Match(Place.Utf8(text));
        Assert.Equal((words, phrases), (match.WordCount, match.PhraseCount));
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(65, 0)]
    public void The_words_of_a_phrase_lie_at_most_so_far_apart(int gap, int phrases)
    {
        KeywordMatch match = new KeywordMatcher(KeywordQuery.Parse("a b")).Match(Place.Utf8($"a{new string(' ', gap)}b"));
        Assert.Equal(phrases, match.PhraseCount);
    }

    [Fact]
    public void A_text_of_many_windows_is_searched_like_a_short_one()
    {
        // Every offset around the borders of the windows, with characters of one, two, three and four bytes before it.
        foreach (string filler in new[] { ". ", "é ", "語 ", "🙂 " })
        {
            var matcher = new KeywordMatcher(KeywordQuery.Parse("\"needle in haystack\""));
            int fillers = 31_000 / Place.Utf8(filler).Length * 2;
            string long1 = string.Concat(Enumerable.Repeat(filler, fillers));
            for (int shift = 0; shift < 40; shift++)
            {
                string pad = new('.', shift * 97);
                Assert.Equal(1, matcher.Match(Place.Utf8($"{long1}{pad} needle in\n haystack {long1}")).PhraseCount);
                Assert.Equal(0, matcher.Match(Place.Utf8($"{long1}{pad} needle inn haystack {long1}")).PhraseCount);
                Assert.Equal(2, matcher.Match(Place.Utf8($"{long1}{pad}xneedle in haystack {long1}")).WordCount);
            }
        }
    }

    [Fact]
    public void The_longest_phrase_with_the_widest_gaps_is_found_wherever_windows_meet()
    {
        string[] words = [.. Enumerable.Range(0, MemoryLimits.QueryTermsMax).Select(i => $"w{i % MemoryLimits.QueryWordsMax}")];
        var matcher = new KeywordMatcher(KeywordQuery.Parse(string.Join(' ', words)));
        string wide = string.Join(new string('.', KeywordMatcher.GapCharsMax), words);
        for (int before = 20_000; before < 80_000; before += 1_111)
            Assert.Equal(1, matcher.Match(Place.Utf8($"{new string(' ', before)}{wide}{new string(' ', 50_000)}")).PhraseCount);
    }

    [Fact]
    public void Many_phrases_are_told_apart()
    {
        IEnumerable<string> pairs = Enumerable.Range(0, 16).Select(i => $"\"w{i} w{i + 16}\"");
        IEnumerable<string> singles = Enumerable.Range(0, 32).Select(i => $"\"w{i}\"");
        var query = KeywordQuery.Parse(string.Join(' ', pairs.Concat(singles)));
        Assert.Equal((32, 48, 64), (query.Words.Count, query.Phrases.Count, query.Terms));
        KeywordMatch match = new KeywordMatcher(query).Match("w0 w16, w31"u8);
        Assert.Equal((3, 4), (match.WordCount, match.PhraseCount));
    }

    [Fact]
    public void Random_texts_match_as_a_plain_loop_over_words_says()
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        string[] vocabulary = ["a", "ab", "abc", "b", "ba", "c"];
        string[] separators = [" ", "\n", ", ", "-"];
        for (int round = 0; round < 2000; round++)
        {
            string[] text = [.. Enumerable.Range(0, random.Next(12)).Select(_ => vocabulary[random.Next(vocabulary.Length)])];
            string[] query = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => vocabulary[random.Next(vocabulary.Length)])];
            string joined = string.Concat(text.Select(word => word + separators[random.Next(separators.Length)]));
            KeywordMatch match = new KeywordMatcher(KeywordQuery.Parse(string.Join(' ', query))).Match(Place.Utf8(joined));
            bool phrase = Enumerable.Range(0, Math.Max(0, text.Length - query.Length + 1)).Any(at => text.Skip(at).Take(query.Length).SequenceEqual(query));
            string what = $"seed {Seed}, round {round}: '{string.Join(' ', query)}' in '{joined}'";
            Assert.True(query.Distinct().Count(text.Contains) == match.WordCount, what);
            Assert.True(phrase == (match.PhraseCount == 1), what);
        }
    }
}
