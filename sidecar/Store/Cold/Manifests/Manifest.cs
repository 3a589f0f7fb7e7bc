namespace Thermocline.Store.Cold.Manifests;

/// <summary>
/// What a bucket holds of a store, whole: an object that is not named here does not count. Replaced in one conditional write
/// (docs/FORMAT.md, The bucket).
/// </summary>
internal sealed record Manifest
{
    public const int VersionKnown = 1;
    public const int SegmentsMax = 100_000;
    public const int TailsMax = 1_000;
    public const int BytesMax = 64 << 20;

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = VersionKnown;

    /// <summary>Whose it is.</summary>
    public required Guid StoreId { get; init; }

    /// <summary>Raised by one at every open: the fence. Whoever finds a higher one than its own writes no more.</summary>
    public required long Epoch { get; init; }

    /// <summary>Random id of the open that raised the epoch last.</summary>
    public required string Writer { get; init; }

    /// <summary>Raised by one with every manifest.</summary>
    public required long Generation { get; init; }

    /// <summary>Shipped segments in the order of their numbers; no number is covered twice.</summary>
    public required IReadOnlyList<ManifestSegment> Segments { get; init; }

    /// <summary>Unsealed segments that are shipped piece by piece.</summary>
    public required IReadOnlyList<ManifestTail> Tails { get; init; }

    /// <summary>When it was written, ms since 1970.</summary>
    public required long UpdatedMs { get; init; }

    /// <summary>Whether a published segment covers this number.</summary>
    public bool Covers(int segment)
    {
        int low = 0, high = Segments.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (segment < Segments[middle].First)
                high = middle - 1;
            else if (segment > Segments[middle].Last)
                low = middle + 1;
            else
                return true;
        }

        return false;
    }

    /// <summary>Whether this writer, with this epoch, has the store.</summary>
    public bool IsHeldBy(long epoch, string writer) => Epoch == epoch && Writer == writer;
}
