using System.Diagnostics.CodeAnalysis;
using Thermocline.Memory.Caches;

namespace Thermocline.Memory.Search;

/// <summary>
/// What recent searches found. An answer is given again only while the store's last write is the one it saw, so it is never
/// stale; the age that lowers a score may be older by the time an entry lives, which is 0.04 % of the score.
/// </summary>
internal sealed class SearchCache(TimeProvider time, CacheBudget budget)
{
    private const int EntryBytes = 400;
    private const int HitBytes = 48;

    private static readonly CacheOptions Limits = new("search", 100, 8L << 20, TimeSpan.FromSeconds(300));

    private readonly BoundedCache<SearchRequest, SearchFigures> _cache = new(Limits, BytesOf, time, budget);

    public bool TryFind(SearchRequest request, ulong sequence, [MaybeNullWhen(false)] out SearchFigures figures) =>
        _cache.TryFind(request, found => found.Sequence == sequence, out figures);

    public void Add(SearchRequest request, SearchFigures figures) => _cache.Add(request, figures);

    private static long BytesOf(SearchRequest request, SearchFigures figures)
    {
        long chars = request.Query.Length + (request.Filters.Type?.Length ?? 0)
            + (request.Filters.Session?.Length ?? 0) + (request.Filters.File?.Length ?? 0);
        return EntryBytes + (chars * sizeof(char)) + ((long)figures.Hits.Count * HitBytes);
    }
}
