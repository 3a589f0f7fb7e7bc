using Thermocline.Store.Accounting;

namespace Thermocline.Store.Packed;

/// <summary>What all packed segments of a store share.</summary>
/// <param name="Chunks">Restored chunks.</param>
/// <param name="Dictionaries">Dictionaries.</param>
/// <param name="Directories">Where directories and filters are charged.</param>
/// <param name="Scratch">Where what packing works with is charged.</param>
internal sealed record PackedShare(ChunkCache Chunks, DictionaryCache Dictionaries, MemoryAccount Directories, MemoryAccount Scratch)
{
    private long _next;

    /// <summary>A number that no other open file has.</summary>
    public long NextId() => Interlocked.Increment(ref _next);
}
