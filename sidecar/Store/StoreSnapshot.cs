namespace Thermocline.Store;

/// <summary>The store as it was at one moment. Never blocks a writer; dispose it soon.</summary>
public sealed class StoreSnapshot : IDisposable
{
    /// <summary>Sequence number of the last write that is visible.</summary>
    public ulong Sequence => throw new NotSupportedException();

    /// <summary>Reads a record as it was. Same rules as <see cref="TieredStore.Read"/>.</summary>
    public ReadLease Read(ReadOnlySpan<byte> key) => throw new NotSupportedException();

    /// <summary>Lists keys as they were. Same rules as <see cref="TieredStore.List"/>.</summary>
    public ListPage List(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after, int limit) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
