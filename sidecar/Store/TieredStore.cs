using Thermocline.Store.Files;

namespace Thermocline.Store;

/// <summary>
/// The tiered store: an append-only log of frames, an index of their places, and a hot tier in RAM.
/// All members may be called from many threads at once.
/// </summary>
public sealed class TieredStore : IDisposable
{
    /// <summary>Opens a store, creating it when the folder is empty, and recovers what a crash left.</summary>
    /// <exception cref="StoreException">Locked, unsupported, or the disk failed.</exception>
    /// <exception cref="ArgumentException">An option is out of range; every mistake is named.</exception>
    public static TieredStore Open(StoreOptions options, IFiles files, TimeProvider time) => throw new NotSupportedException();

    /// <summary>Figures of this moment.</summary>
    public StoreStatus Status => throw new NotSupportedException();

    /// <summary>When writes are acknowledged; may be changed at any time.</summary>
    public DurabilityPolicy Durability { get; set; }

    /// <summary>Bytes of RAM for the hot tier; may be changed at any time.</summary>
    public long HotBytes { get; set; }

    /// <summary>Reads a record. Expired records are absent.</summary>
    /// <exception cref="StoreException">Damaged, or the disk failed.</exception>
    public ReadLease Read(ReadOnlySpan<byte> key) => throw new NotSupportedException();

    /// <summary>Writes or deletes one record.</summary>
    /// <exception cref="StoreException">The store is latched, or the commit failed: then the fate of the write is unknown.</exception>
    public ValueTask<WriteAnswer> WriteAsync(in WriteOperation operation) => throw new NotSupportedException();

    /// <summary>Writes a batch: all operations or none, in order. An operation sees the ones before it.</summary>
    /// <exception cref="StoreException">The store is latched, or the commit failed: then the fate of the batch is unknown.</exception>
    public ValueTask<WriteAnswer> WriteAsync(ReadOnlyMemory<WriteOperation> batch) => throw new NotSupportedException();

    /// <summary>Returns once everything acknowledged before is durable, whatever the policy.</summary>
    public ValueTask FlushAsync() => throw new NotSupportedException();

    /// <summary>
    /// Keys that start with <paramref name="prefix"/> and come after <paramref name="after"/> (empty: from the start),
    /// in byte order, at most <paramref name="limit"/> (1 to <see cref="Limits.ListPageMax"/>).
    /// </summary>
    public ListPage List(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after, int limit) => throw new NotSupportedException();

    /// <summary>The store as it is now, for reads that must all see one moment.</summary>
    /// <exception cref="StoreException">Full: too many snapshots are open.</exception>
    public StoreSnapshot Snapshot() => throw new NotSupportedException();

    /// <summary>Reads every frame and checks every checksum; what is damaged is returned, at most 1,000 entries.</summary>
    public IReadOnlyList<Damage> Verify(CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Stops cleanly: commits what waits, syncs, and saves the index so that the next open is immediate.</summary>
    public void Dispose()
    {
    }
}
