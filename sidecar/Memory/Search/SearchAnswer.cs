using Thermocline.Memory.Ids;
using Thermocline.Memory.Records;
using Thermocline.Store;

namespace Thermocline.Memory.Search;

/// <summary>How a search ended.</summary>
public enum SearchOutcome
{
    /// <summary>It ran; there may be no hit.</summary>
    Done,

    /// <summary>The request is wrong; nothing was looked at.</summary>
    Mistaken,

    /// <summary><see cref="MemoryLimits.SearchesAtOnceMax"/> searches are running: try again.</summary>
    Busy,
}

/// <summary>
/// The answer to a search. Hits name memories; their contents are read one by one from the snapshot that the answer
/// holds, so an answer with many large memories needs the memory of one. Dispose it soon.
/// </summary>
public sealed class SearchAnswer : IDisposable
{
    private readonly StoreSnapshot? _snapshot;
    private readonly SearchFigures _figures;
    private Action? _release;
    private long _lost;

    private SearchAnswer(SearchOutcome outcome, IReadOnlyList<Mistake> mistakes)
    {
        Outcome = outcome;
        Mistakes = mistakes;
        _figures = new SearchFigures();
    }

    /// <summary>An answer that gives a place back when it is disposed.</summary>
    internal SearchAnswer(SearchFigures figures, StoreSnapshot snapshot, Action release)
    {
        Outcome = SearchOutcome.Done;
        _figures = figures;
        _snapshot = snapshot;
        _release = release;
    }

    /// <summary>How it ended.</summary>
    public SearchOutcome Outcome { get; }

    /// <summary>Everything wrong with the request.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; } = [];

    /// <summary>The best memories, best first.</summary>
    public IReadOnlyList<SearchHit> Hits => _figures.Hits;

    /// <summary>See <see cref="Relevance.Confidence"/>.</summary>
    public double Confidence => _figures.Confidence;

    /// <summary>Memories looked at, after the filters, by the tier they were read from.</summary>
    public IReadOnlyDictionary<Tier, long> ScannedByTier => _figures.ScannedByTier;

    /// <summary>Memories looked at, those that a filter left out included.</summary>
    public long Scanned => _figures.Scanned;

    /// <summary>Memories that hold a word of the query, whether or not they are among the hits.</summary>
    public long Matched => _figures.Matched;

    /// <summary>Memories that could not be read because their bytes are damaged.</summary>
    public long Damaged => _figures.Damaged;

    /// <summary>Memories that live in the cold store alone, which did not answer; those that were to be read since included.</summary>
    public long Unavailable => _figures.Unavailable + _lost;

    /// <summary>Whether an earlier search of the same store, word for word the same, had found it.</summary>
    public bool Cached { get; internal init; }

    /// <summary>How long the search took.</summary>
    public TimeSpan Took { get; internal init; }

    /// <summary>Reads a hit as it was when the search began, or null when it has expired since.</summary>
    /// <exception cref="StoreException">The disk failed, or the answer was held for too long.</exception>
    public MemoryRecord? Read(SearchHit hit)
    {
        if (_snapshot is null)
            return null;
        Span<byte> key = stackalloc byte[MemoryKeys.Length];
        MemoryKeys.Write(hit.Id, key);
        using ReadLease lease = _snapshot.Read(key);
        return lease.Found ? FieldsReader.Read(hit.Id, lease) : null;
    }

    /// <summary>
    /// The same without a thread that waits for the cold store; null also when that does not answer, which then counts as
    /// <see cref="Unavailable"/>.
    /// </summary>
    /// <exception cref="StoreException">The disk failed, or the answer was held for too long.</exception>
    public async ValueTask<MemoryRecord?> ReadAsync(SearchHit hit, CancellationToken cancellation)
    {
        try
        {
            if (_snapshot is not null)
                await _snapshot.FetchAsync(MemoryKeys.Of(hit.Id), cancellation);
            return Read(hit);
        }
        catch (StoreException away) when (away.Fault is StoreFault.ColdUnavailable or StoreFault.ColdRefused)
        {
            _lost++;
            return null;
        }
    }

    internal static SearchAnswer Refused(SearchOutcome outcome, IReadOnlyList<Mistake> mistakes) =>
        new(outcome, mistakes);

    /// <inheritdoc/>
    public void Dispose()
    {
        // A second call must not give back a place that another search holds by now.
        if (Interlocked.Exchange(ref _release, null) is not { } release)
            return;
        _snapshot?.Dispose();
        release();
    }
}
