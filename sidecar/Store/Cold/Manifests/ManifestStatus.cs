namespace Thermocline.Store.Cold.Manifests;

/// <summary>Figures of one moment.</summary>
internal sealed record ManifestStatus
{
    /// <summary>Our epoch; 0 before the store was claimed.</summary>
    public long Epoch { get; init; }

    /// <summary>Generation of the last manifest we know of.</summary>
    public long Generation { get; init; }

    /// <summary>
    /// The bucket has no conditional writes: nothing but care keeps a second writer out, and a claim by one is noticed only at the
    /// next manifest.
    /// </summary>
    public bool SingleWriter { get; init; }

    /// <summary>Manifests we wrote.</summary>
    public long Published { get; init; }

    /// <summary>How often a change was applied anew because the manifest was not the one we knew.</summary>
    public long Reapplied { get; init; }

    /// <summary>When we wrote the last one.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Who has claimed the store since, in words; null while it is ours.</summary>
    public string? FencedBy { get; init; }
}
