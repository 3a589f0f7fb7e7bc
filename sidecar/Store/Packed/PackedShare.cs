namespace Thermocline.Store.Packed;

/// <summary>What all packed segments of a store share.</summary>
/// <param name="Chunks">Restored chunks.</param>
/// <param name="Dictionaries">Dictionaries.</param>
internal sealed record PackedShare(ChunkCache Chunks, DictionaryCache Dictionaries)
{
    private long _next;

    /// <summary>A number that no other open file has.</summary>
    public long NextId() => Interlocked.Increment(ref _next);
}
