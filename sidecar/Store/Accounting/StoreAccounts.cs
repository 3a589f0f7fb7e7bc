namespace Thermocline.Store.Accounting;

/// <summary>The accounts of one store. They belong to it, and are closed with it.</summary>
internal sealed class StoreAccounts(MemoryLedger ledger) : IDisposable
{
    private const string States = "states";
    private const string Cache = "cache";
    private const string System = "system";

    /// <summary>Pages of the hot tier.</summary>
    public MemoryAccount Hot { get; } = ledger.Open(States, "hot", MemoryKind.Native);

    /// <summary>What compressing the hot tier works with: kept ready, because it is done when memory is short.</summary>
    public MemoryAccount HotCompression { get; } = ledger.Open(System, "hot-compression", MemoryKind.Native);

    /// <summary>Pages of the index.</summary>
    public MemoryAccount Index { get; } = ledger.Open(States, "index", MemoryKind.Native);

    /// <summary>Buffers of the committer, keys of the open segment, values that deltas are made from.</summary>
    public MemoryAccount Log { get; } = ledger.Open(States, "log", MemoryKind.Managed);

    /// <summary>Restored and fetched chunks.</summary>
    public MemoryAccount Chunks { get; } = ledger.Open(Cache, "chunks", MemoryKind.Managed);

    /// <summary>Directories and filters of packed segments.</summary>
    public MemoryAccount Directories { get; } = ledger.Open(States, "directories", MemoryKind.Managed);

    /// <summary>Dictionaries that records are restored with.</summary>
    public MemoryAccount Dictionaries { get; } = ledger.Open(Cache, "dictionaries", MemoryKind.Native);

    /// <summary>Writes that wait for their commit.</summary>
    public MemoryAccount Pending { get; } = ledger.Open("connections", "pending", MemoryKind.Managed);

    /// <summary>What packing works with.</summary>
    public MemoryAccount Packing { get; } = ledger.Open(System, "packing", MemoryKind.Managed);

    public void Dispose()
    {
        foreach (MemoryAccount account in (ReadOnlySpan<MemoryAccount>)[Hot, HotCompression, Index, Log, Chunks, Directories, Dictionaries, Pending, Packing])
            account.Dispose();
    }
}
