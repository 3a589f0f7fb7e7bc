using Thermocline.Memory.Search;

namespace Thermocline.Memory.Caches;

/// <summary>The caches of one set of memories, inside one budget.</summary>
internal sealed class MemoryCaches
{
    public MemoryCaches(TimeProvider time) => Searches = new SearchCache(time, Budget);

    public CacheBudget Budget { get; } = new();

    public SearchCache Searches { get; }
}
