using System.Runtime.CompilerServices;
using System.Text;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Records;
using Thermocline.Store;

namespace Thermocline.Memory.Search;

/// <summary>
/// Looks at every memory of a snapshot once, in the order of their keys, page by page, and keeps the best. The memory it
/// needs does not depend on how many memories there are or how long they are.
/// </summary>
internal sealed class KeywordScan
{
    private const int PageKeys = 1000;

    private readonly StoreSnapshot _snapshot;
    private readonly KeywordQuery _query;
    private readonly KeywordMatcher _matcher;
    private readonly TopHits _best;
    private readonly byte[]? _type;
    private readonly byte[]? _session;
    private readonly byte[]? _file;
    private readonly long _fromMs;
    private readonly long _toMs;
    private readonly long _nowMs;
    private readonly long[] _byTier = new long[Enum.GetValues<Tier>().Length];
    private long _scanned;
    private long _matched;
    private long _damaged;
    private long _unavailable;

    public KeywordScan(StoreSnapshot snapshot, SearchRequest request, TimeProvider time)
    {
        _snapshot = snapshot;
        _query = KeywordQuery.Parse(request.Query);
        _matcher = new KeywordMatcher(_query);
        _best = new TopHits(request.ResultsMax);
        _type = Utf8(request.Filters.Type);
        _session = Utf8(request.Filters.Session);
        _file = Utf8(request.Filters.File);
        _fromMs = request.Filters.From?.ToUnixTimeMilliseconds() ?? long.MinValue;
        _toMs = request.Filters.To?.ToUnixTimeMilliseconds() ?? long.MaxValue;
        _nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    public async ValueTask<SearchFigures> RunAsync(CancellationToken cancellation)
    {
        byte[] prefix = MemoryKeys.Prefix();
        byte[] after = [];
        ListPage page;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            page = _snapshot.List(prefix, after, PageKeys);
            foreach (byte[] key in page.Keys)
                await LookAsync(key, cancellation);
            if (page.Keys.Count == 0)
                break;
            after = Next(page.Keys[^1]);
            // A long scan gives its thread to other requests between two pages.
            await Task.Yield();
        }
        while (page.More && !IsPast(after));
        return Figures();
    }

    private static byte[]? Utf8(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private async ValueTask LookAsync(byte[] key, CancellationToken cancellation)
    {
        _scanned++;
        if (!MemoryKeys.TryRead(key, out MemoryId id) || !MayHold(id))
            return;
        try
        {
            // No thread waits while a memory comes from the cold store.
            await _snapshot.FetchAsync(key, cancellation);
            Look(key, id);
        }
        catch (StoreException e) when (e.Fault is StoreFault.ColdUnavailable or StoreFault.ColdRefused)
        {
            // What is kept locally is searched all the same; the answer says how many could not be.
            _unavailable++;
        }
        catch (StoreException e) when (e.Fault == StoreFault.Damaged)
        {
            // One damaged frame must not hide all others; the answer says how many there were.
            _damaged++;
        }
    }

    // Out of its caller's handlers: decisions/0010.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Look(byte[] key, MemoryId id)
    {
        using ReadLease lease = _snapshot.Read(key);
        if (lease.Found)
            Weigh(id, lease);
    }

    private void Weigh(MemoryId id, in ReadLease lease)
    {
        RecordHead head = RecordHead.Read(lease.Metadata, _type, _session, _file);
        if (!head.Matches || !head.IsText || head.CreatedMs < _fromMs || head.CreatedMs >= _toMs)
            return;
        _byTier[(int)lease.Tier]++;
        KeywordMatch match = _matcher.Match(lease.Value);
        if (match.Words == 0)
            return;
        _matched++;
        var age = TimeSpan.FromMilliseconds(_nowMs - head.CreatedMs);
        double score = Relevance.Score(match.PhraseCount, match.WordCount, age, head.IsBreakthrough);
        _best.Add(new SearchHit(id, score, head.CreatedMs));
    }

    /// <summary>Whether an identifier's time, when it has one, lies in the wanted range: decided without a read.</summary>
    private bool MayHold(MemoryId id) => id.TimeMs == 0 || (id.TimeMs >= _fromMs && id.TimeMs < _toMs);

    /// <summary>Where to go on: identifiers without a time come first, the others in the order of their times.</summary>
    private byte[] Next(byte[] last)
    {
        if (!MemoryKeys.TryRead(last, out MemoryId id) || id.TimeMs == 0 || id.TimeMs >= _fromMs)
            return last;
        // The wanted times start further on: go on after the last identifier of the millisecond before them.
        return MemoryKeys.Of(new MemoryId(MemoryId.Of(Math.Min(_fromMs, MemoryId.TimeMsMax), UInt128.Zero).Value - 1));
    }

    private bool IsPast(byte[] after) => MemoryKeys.TryRead(after, out MemoryId id) && id.TimeMs > 0 && id.TimeMs >= _toMs;

    private SearchFigures Figures()
    {
        SearchHit[] hits = _best.ToSorted();
        Dictionary<Tier, long> byTier = [];
        foreach (Tier tier in Enum.GetValues<Tier>())
        {
            if (tier != Tier.None)
                byTier[tier] = _byTier[(int)tier];
        }

        return new SearchFigures
        {
            Sequence = _snapshot.Sequence,
            Hits = hits,
            Confidence = hits.Length == 0 ? 0 : Relevance.Confidence(hits[0].Score, _query.Phrases.Count, _query.Words.Count),
            ScannedByTier = byTier,
            Scanned = _scanned,
            Matched = _matched,
            Damaged = _damaged,
            Unavailable = _unavailable,
        };
    }
}
