namespace Thermocline.Events.Embedded.Blocks;

/// <summary>Which events a stored block has.</summary>
/// <param name="First">Offset of the first of them in the topic.</param>
/// <param name="Count">How many.</param>
/// <param name="Bytes">Bytes of the block.</param>
internal readonly record struct BlockPlace(long First, int Count, int Bytes)
{
    /// <summary>Offset behind the last.</summary>
    public long End => First + Count;
}
