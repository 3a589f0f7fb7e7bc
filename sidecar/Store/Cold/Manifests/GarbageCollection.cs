namespace Thermocline.Store.Cold.Manifests;

/// <summary>
/// Decides which objects of a bucket nobody needs. Only names this program makes are ever garbage, and never the manifest or the
/// identity.
/// </summary>
internal sealed class GarbageCollection
{
    private readonly HashSet<string> _segments;
    private readonly Dictionary<(string Writer, int Segment), int> _tails;
    private readonly Manifest _manifest;

    public GarbageCollection(Manifest manifest)
    {
        _manifest = manifest;
        _segments = [.. manifest.Segments.Select(segment => segment.Object)];
        _tails = manifest.Tails.ToDictionary(tail => (tail.Writer, tail.Segment), tail => tail.Pieces);
    }

    /// <summary>Decides what to delete now, and what to look at again.</summary>
    /// <param name="listing">Every object there is.</param>
    /// <param name="inForce">The manifest in force.</param>
    /// <param name="suspects">What an earlier manifest did not name either, and since when that is known.</param>
    /// <param name="now">The moment.</param>
    /// <param name="delay">
    /// How long an object must have lain there, and have been unreferenced, for its deletion: an upload whose manifest is still to come
    /// and a reader with the manifest before are given this time.
    /// </param>
    public static GarbagePlan Decide(
        IEnumerable<ColdEntry> listing,
        Manifest inForce,
        IReadOnlyDictionary<string, DateTimeOffset> suspects,
        DateTimeOffset now,
        TimeSpan delay)
    {
        var rule = new GarbageCollection(inForce);
        var delete = new List<ColdEntry>();
        var next = new Dictionary<string, DateTimeOffset>();
        foreach (ColdEntry entry in listing.Where(entry => rule.IsGarbage(entry.Name)))
        {
            DateTimeOffset since = suspects.GetValueOrDefault(entry.Name, now);
            if (now - since >= delay && now - entry.LastModified >= delay && delete.Count < GarbagePlan.DeletionsMax)
                delete.Add(entry);
            else if (next.Count < GarbagePlan.SuspectsMax)
                next.Add(entry.Name, since);
        }

        return new GarbagePlan(delete, next);
    }

    /// <summary>Whether an object of this name is ours to delete and the manifest does without it.</summary>
    public bool IsGarbage(string name)
    {
        if (ObjectNames.IsSegment(name))
            return !_segments.Contains(name);
        if (ObjectNames.TryTail(name, out var piece))
            return !IsNeeded(piece);
        return name.StartsWith(ColdProbe.Prefix, StringComparison.Ordinal);
    }

    // The pieces of a closed tail are needed until its segment is published whole; those of an open one always.
    private bool IsNeeded((string Writer, int Segment, int Index) piece) =>
        _tails.TryGetValue((piece.Writer, piece.Segment), out int pieces)
        && (pieces == ManifestTail.Open || (piece.Index < pieces && !_manifest.Covers(piece.Segment)));
}
