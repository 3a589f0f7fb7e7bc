namespace Thermocline.Store.Cold.Manifests;

/// <summary>
/// Deletes what nobody needs: objects of ours that two manifests a delay apart do not name, and what unfinished uploads left.
/// Remembers its suspects in RAM, so that after a restart the delay begins anew. One run at a time.
/// </summary>
internal sealed class GarbageCollector
{
    private const int DeletedAtOnce = 100;

    private static readonly TimeSpan DelayMin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DelayMax = TimeSpan.FromDays(30);

    private readonly IColdStore _store;
    private readonly ManifestStore _manifests;
    private readonly TimeProvider _time;
    private readonly TimeSpan _delay;
    private IReadOnlyDictionary<string, DateTimeOffset> _suspects = new Dictionary<string, DateTimeOffset>();
    private volatile GarbageStatus _status = new();

    /// <param name="store">The bucket.</param>
    /// <param name="manifests">Its manifest, claimed by us.</param>
    /// <param name="time">The clock.</param>
    /// <param name="delay">See <see cref="GarbageCollection.Decide"/>: 10 min to 30 days, and longer than an upload takes.</param>
    public GarbageCollector(IColdStore store, ManifestStore manifests, TimeProvider time, TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, DelayMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, DelayMax);
        _store = store;
        _manifests = manifests;
        _time = time;
        _delay = delay;
    }

    /// <summary>Figures of this moment.</summary>
    public GarbageStatus Status => _status;

    /// <summary>Looks at the bucket once.</summary>
    /// <exception cref="StoreException"><see cref="StoreFault.Fenced"/>, or the bucket fails or refuses.</exception>
    public async ValueTask RunAsync(CancellationToken cancellation)
    {
        Manifest inForce = _manifests.Current ?? throw new InvalidOperationException("The store was not claimed.");
        var listing = new List<ColdEntry>();
        foreach (string prefix in (string[])[ColdProbe.Prefix, ObjectNames.Segments, ObjectNames.Tails])
        {
            await foreach (ColdEntry entry in _store.ListAsync(prefix, cancellation))
                listing.Add(entry);
        }

        DateTimeOffset now = _time.GetUtcNow();
        GarbagePlan plan = GarbageCollection.Decide(listing, inForce, _suspects, now, _delay);
        _suspects = plan.Suspects;
        foreach (ColdEntry[] some in plan.Delete.Chunk(DeletedAtOnce))
            await DeleteAsync(some, cancellation);
        int discarded = await _store.DiscardUnfinishedAsync(now - _delay, cancellation);
        GarbageStatus soFar = _status;
        _status = soFar with
        {
            Runs = soFar.Runs + 1,
            Seen = listing.Count,
            Suspects = plan.Suspects.Count,
            Discarded = soFar.Discarded + discarded,
            LastRunAt = now,
        };
    }

    // The manifest is read again right before, under the same turn as publications.
    private async ValueTask DeleteAsync(ColdEntry[] entries, CancellationToken cancellation)
    {
        IReadOnlyList<string> deleted = await _manifests.DeleteUnreferencedAsync(
            [.. entries.Select(entry => entry.Name)], cancellation);
        var names = deleted.ToHashSet();
        GarbageStatus before = _status;
        _status = before with
        {
            Deleted = before.Deleted + deleted.Count,
            DeletedBytes = before.DeletedBytes + entries.Where(entry => names.Contains(entry.Name)).Sum(entry => entry.Length),
        };
    }
}
