using Thermocline.Memory.Records;

namespace Thermocline.Memory.Search;

/// <summary>Decides whether a search can be run; names every mistake with its field.</summary>
internal static class SearchRules
{
    private static readonly string[] LaterModes = ["semantic", "hypervector", "hybrid"];

    public static IReadOnlyList<Mistake> Check(SearchRequest request)
    {
        var mistakes = new MistakeList();
        CheckQuery(request.Query, mistakes);
        CheckMode(request.Mode, mistakes);
        if (request.ResultsMax is < 1 or > MemoryLimits.ResultsMax)
            mistakes.Add("k", "out-of-range", $"Must be a whole number from 1 to {MemoryLimits.ResultsMax:N0}.");
        CheckFilter(request.Filters.Type, "filters.type", MemoryLimits.TypeBytesMax, mistakes);
        CheckFilter(request.Filters.Session, "filters.session", MemoryLimits.SessionBytesMax, mistakes);
        CheckFilter(request.Filters.File, "filters.file", MemoryLimits.FileBytesMax, mistakes);
        if (request.Filters.From >= request.Filters.To)
            mistakes.Add("filters.to", "out-of-range", "Must be later than filters.from.");
        return mistakes.Items;
    }

    private static void CheckQuery(string query, MistakeList mistakes)
    {
        if (query.Length > MemoryLimits.QueryCharsMax)
            mistakes.Add("query", "too-long", $"{query.Length:N0} characters; at most {MemoryLimits.QueryCharsMax:N0} are taken.");
        else if (!Wording.IsWellFormed(query))
            mistakes.Add("query", "invalid", "Holds half of a surrogate pair.");
        else
            CheckWords(KeywordQuery.Parse(query), mistakes);
    }

    private static void CheckWords(KeywordQuery query, MistakeList mistakes)
    {
        if (query.Words.Count == 0)
            mistakes.Add("query", "empty", "Needs at least one word of letters or digits.");
        else if (query.Words.Count > MemoryLimits.QueryWordsMax)
            mistakes.Add("query", "too-long", $"{query.Words.Count} different words; at most {MemoryLimits.QueryWordsMax} are taken.");
        else if (query.Terms > MemoryLimits.QueryTermsMax)
            mistakes.Add("query", "too-long", $"{query.Terms} words; at most {MemoryLimits.QueryTermsMax} are taken.");
    }

    private static void CheckMode(string mode, MistakeList mistakes)
    {
        if (mode == SearchRequest.ModeKeyword)
            return;
        if (LaterModes.Contains(mode, StringComparer.Ordinal))
            mistakes.Add("mode", "search-mode-unavailable", "This version searches by keyword only.");
        else
            mistakes.Add("mode", "invalid", "Must be keyword, semantic, hypervector or hybrid.");
    }

    private static void CheckFilter(string? value, string field, int bytesMax, MistakeList mistakes)
    {
        if (value is null)
            return;
        if (value.Length == 0)
            mistakes.Add(field, "empty", "May not be empty; leave the filter out instead.");
        else if (!Wording.IsWellFormed(value))
            mistakes.Add(field, "invalid", "Holds half of a surrogate pair.");
        else if (value.Length > bytesMax || Wording.Utf8Length(value) > bytesMax)
            mistakes.Add(field, "too-long", $"At most {bytesMax:N0} bytes of UTF-8 are taken.");
    }
}
