namespace Thermocline.Memory.Search;

/// <summary>The best hits seen so far, never more than a fixed number of them.</summary>
internal sealed class TopHits(int capacity)
{
    // The worst hit is at the head, where the next better one replaces it.
    private readonly PriorityQueue<SearchHit, SearchHit> _kept =
        new(Comparer<SearchHit>.Create(static (left, right) => SearchHit.BestFirst(right, left)));

    public void Add(SearchHit hit)
    {
        if (_kept.Count < capacity)
            _kept.Enqueue(hit, hit);
        else
            _kept.EnqueueDequeue(hit, hit);
    }

    /// <summary>The hits, best first.</summary>
    public SearchHit[] ToSorted()
    {
        var hits = new SearchHit[_kept.Count];
        for (int i = hits.Length - 1; i >= 0; i--)
            hits[i] = _kept.Dequeue();
        return hits;
    }
}
