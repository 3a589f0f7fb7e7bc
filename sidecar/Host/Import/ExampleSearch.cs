using System.Text;
using Thermocline.Memory;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Search;
using Thermocline.Sidecar.Endpoints;
using Thermocline.Store;

namespace Thermocline.Sidecar.Import;

/// <summary>A hit of the example search.</summary>
internal sealed record ExampleHit(string Id, double Score, string Tier, string FirstLine);

/// <summary>A search that shows what the store can do with the texts it holds, and what it found.</summary>
internal sealed record ExampleSearch(
    string Query, IReadOnlyList<ExampleHit> Hits, long Scanned, long Matched, double Confidence, TimeSpan Took)
{
    private const int HitsMax = 5;
    private const int SampleMax = 400;

    /// <summary>Searches for two words that stand together in some of the memories; null when no memory holds text.</summary>
    public static async Task<ExampleSearch?> RunAsync(TieredStore store, Memories memories, CancellationToken cancellation)
    {
        if (PickQuery(store, memories) is not { } query)
            return null;
        using SearchAnswer answer = await memories.SearchAsync(new SearchRequest { Query = query, ResultsMax = HitsMax }, cancellation);
        List<ExampleHit> hits = [];
        foreach (SearchHit hit in answer.Hits)
        {
            if (answer.Read(hit) is { } memory)
                hits.Add(new ExampleHit(hit.Id.ToString(), hit.Score, TierNames.Of(memory.Tier), FirstLine(memory.Text)));
        }

        return new ExampleSearch(query, hits, answer.Scanned, answer.Matched, answer.Confidence, answer.Took);
    }

    /// <summary>
    /// The pair of words that most memories of a sample share, neither of which is in many of them: so that the search
    /// has something to tell apart.
    /// </summary>
    private static string? PickQuery(TieredStore store, Memories memories)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        int sampled = 0;
        IReadOnlyList<byte[]> keys = store.List(MemoryKeys.Prefix(), [], Limits.ListPageMax).Keys;
        int step = Math.Max(1, keys.Count / SampleMax);
        for (int i = 0; i < keys.Count; i += step)
        {
            if (!MemoryKeys.TryRead(keys[i], out MemoryId id) || ReadText(memories, id) is not { } memory)
                continue;
            sampled++;
            HashSet<string> pairs = Pairs(memory.Content.Span);
            foreach (string term in pairs.Concat(pairs.SelectMany(pair => pair.Split(' ')).Distinct()))
                counts[term] = counts.GetValueOrDefault(term) + 1;
        }

        int most = Math.Max(2, sampled / 40);
        return counts.Where(count => count.Key.Contains(' ', StringComparison.Ordinal))
            .Where(count => Array.TrueForAll(count.Key.Split(' '), word => counts[word] <= most))
            .OrderByDescending(count => count.Value)
            .ThenByDescending(count => count.Key.Length)
            .ThenBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => count.Key)
            .FirstOrDefault();
    }

    private static MemoryRecord? ReadText(Memories memories, MemoryId id)
    {
        try
        {
            return memories.Read(id) is { IsText: true } memory ? memory : null;
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            // The example goes on without it; the search counts it.
            return null;
        }
    }

    private static HashSet<string> Pairs(ReadOnlySpan<byte> text)
    {
        const int WordMin = 5;
        const int TextMax = 4096;
        HashSet<string> pairs = new(StringComparer.Ordinal);
        string before = "";
        var word = new StringBuilder();
        foreach (byte b in text[..Math.Min(text.Length, TextMax)])
        {
            if (char.IsAsciiLetter((char)b))
            {
                word.Append(char.ToLowerInvariant((char)b));
                continue;
            }

            string whole = word.ToString();
            word.Clear();
            if (before.Length >= WordMin && whole.Length >= WordMin)
                pairs.Add($"{before} {whole}");
            // Only words with nothing but one blank between them stand together.
            before = b is (byte)' ' or (byte)'\n' ? whole : "";
        }

        return pairs;
    }

    private static string FirstLine(string text)
    {
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> words = line.Trim(" \t#*=-");
            if (!words.IsEmpty)
                return words.ToString();
        }

        return "";
    }
}
