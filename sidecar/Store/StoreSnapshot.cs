using Thermocline.Store.Format;
using Thermocline.Store.Records;

namespace Thermocline.Store;

/// <summary>
/// The store as it was at one moment. Never blocks a writer; reads through it count for nothing and move nothing between
/// tiers, so it is the way to scan. Dispose it soon.
/// </summary>
public sealed class StoreSnapshot : IDisposable
{
    private readonly TieredStore _store;
    private readonly SnapshotUndo _undo;
    private readonly Address _end;
    private readonly long _nowMs;
    private int _closed;

    internal StoreSnapshot(TieredStore store, SnapshotUndo undo, Address end, ulong sequence, long nowMs)
    {
        _store = store;
        _undo = undo;
        _end = end;
        _nowMs = nowMs;
        Sequence = sequence;
    }

    /// <summary>Sequence number of the last write that is visible.</summary>
    public ulong Sequence { get; }

    /// <summary>Reads a record as it was. Same rules as <see cref="TieredStore.Read"/>.</summary>
    /// <exception cref="StoreException">Damaged, SnapshotTooOld, or the disk failed.</exception>
    public ReadLease Read(scoped ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        return _store.ReadBefore(_end, _nowMs, key);
    }

    /// <summary>Brings a value of the cold store near. Same rules as <see cref="TieredStore.FetchAsync"/>.</summary>
    /// <exception cref="StoreException">The cold store is away, or what it has is damaged.</exception>
    public ValueTask FetchAsync(ReadOnlySpan<byte> key, CancellationToken cancellation) => _store.FetchAsync(key, cancellation);

    /// <summary>Lists keys as they were. Same rules as <see cref="TieredStore.List"/>.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public ListPage List(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after, int limit)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        return _store.ListBefore(_end, _nowMs, prefix, after, limit);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
            _undo.Close(_end);
    }
}
