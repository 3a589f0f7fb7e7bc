namespace Thermocline.Store.Cold.Manifests;

/// <summary>An unsealed segment that is shipped piece by piece.</summary>
/// <param name="Writer">Whose it is.</param>
/// <param name="Segment">Number of the segment.</param>
/// <param name="Pieces">How many pieces count; <see cref="Open"/> while there may be more: look for 0, 1, 2 and so on.</param>
internal sealed record ManifestTail(string Writer, int Segment, int Pieces)
{
    /// <summary>The writer may be adding pieces.</summary>
    public const int Open = -1;
}
