namespace Thermocline.Events.Embedded.Blocks;

/// <summary>Which events a stored block has.</summary>
/// <param name="First">Offset of the first of them in the topic.</param>
/// <param name="Count">How many.</param>
/// <param name="Bytes">Bytes of the block.</param>
internal readonly record struct BlockPlace(long First, int Count, int Bytes)
{
    /// <summary>When the first of them was published, ms since 1970; 0 when the block was written before this start.</summary>
    public long PublishedAtMs { get; init; }

    /// <summary>The same, where it is known.</summary>
    public DateTimeOffset? PublishedAt => PublishedAtMs > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(PublishedAtMs) : null;

    /// <summary>Offset behind the last.</summary>
    public long End => First + Count;
}
