using Thermocline.Benchmarks.Measure;
using Thermocline.Store;

namespace Thermocline.Benchmarks.Open;

/// <summary>Ours, stopped cleanly.</summary>
internal sealed class StoreOpenEngine : IOpenEngine
{
    private const long HotBytes = 64L << 20;

    public void Build(string folder, KeySpace space)
    {
        using TieredStore store = StoreFolder.Open(folder, HotBytes, DurabilityPolicy.Never);
        StoreFolder.Load(store, space, ordered: true);
    }

    public void OpenAndGet(string folder, int index, byte[] value, Action found)
    {
        Span<byte> key = stackalloc byte[StoreFolder.KeyPrefix.Length + KeySpace.KeyBytes];
        StoreFolder.KeyPrefix.CopyTo(key);
        KeySpace.WriteOrderedKey(index, key[StoreFolder.KeyPrefix.Length..]);
        using TieredStore store = StoreFolder.Open(folder, HotBytes, DurabilityPolicy.Always);
        using (ReadLease lease = store.Read(key))
            lease.Value.CopyTo(value);
        found();
    }
}
