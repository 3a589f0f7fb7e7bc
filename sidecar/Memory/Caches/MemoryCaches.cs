using Thermocline.Memory.Search;
using Thermocline.Store.Accounting;

namespace Thermocline.Memory.Caches;

/// <summary>The caches of one set of memories, inside one budget.</summary>
internal sealed class MemoryCaches : IDisposable
{
    private readonly MemoryAccount _account;

    public MemoryCaches(TimeProvider time, MemoryLedger ledger)
    {
        _account = ledger.Open("cache", "searches", MemoryKind.Managed);
        Budget = new CacheBudget(_account);
        Searches = new SearchCache(time, Budget);
    }

    public CacheBudget Budget { get; }

    public SearchCache Searches { get; }

    public void Dispose() => _account.Dispose();
}
