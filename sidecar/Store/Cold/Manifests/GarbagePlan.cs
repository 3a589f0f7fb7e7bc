namespace Thermocline.Store.Cold.Manifests;

/// <summary>What a look at the bucket decided.</summary>
/// <param name="Delete">Objects to delete now.</param>
/// <param name="Suspects">Objects that are unreferenced, but not for long enough, and since when.</param>
internal sealed record GarbagePlan(IReadOnlyList<ColdEntry> Delete, IReadOnlyDictionary<string, DateTimeOffset> Suspects)
{
    /// <summary>Deletions of one look; the rest waits for the next.</summary>
    public const int DeletionsMax = 10_000;

    /// <summary>Suspects that are remembered; the rest is suspected at the next look.</summary>
    public const int SuspectsMax = 200_000;
}
