using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;
using Thermocline.Store;

namespace Thermocline.Benchmarks.Get;

/// <summary>Ours, every value in the hot tier.</summary>
internal sealed class StoreReadEngine(string folder, long hotBytes) : IReadEngine
{
    private readonly TieredStore _store = StoreFolder.Open(folder, hotBytes, DurabilityPolicy.Never);

    public ReadOnlySpan<byte> KeyPrefix => StoreFolder.KeyPrefix;

    public void Load(KeySpace space) => StoreFolder.Load(_store, space, ordered: false);

    public void Prepare(Lookups lookups)
    {
    }

    public IReader Reader(string mode) => new StoreReader(_store);

    public void AddFacts(Facts facts)
    {
        StoreStatus status = _store.Status;
        facts["keys"] = status.Keys;
        facts["indexBytes"] = status.IndexBytes;
        facts["hotEntries"] = status.Hot.Entries;
        facts["hotBytes"] = status.Hot.Bytes;
        facts["hotHits"] = status.Hot.Hits;
        facts["warmHits"] = status.Warm.Hits;
    }

    public void Dispose() => _store.Dispose();

    private sealed class StoreReader(TieredStore store) : IReader
    {
        public long Touch(Lookups lookups, int from, int count)
        {
            long sum = 0;
            for (int i = from; i < from + count; i++)
            {
                using ReadLease lease = store.Read(lookups.Key(i));
                sum += lease.Value[0];
            }
            return sum;
        }

        public long Copy(Lookups lookups, int from, int count, byte[] destination)
        {
            long sum = 0;
            for (int i = from; i < from + count; i++)
            {
                using ReadLease lease = store.Read(lookups.Key(i));
                lease.Value.CopyTo(destination);
                sum += destination[0];
            }
            return sum;
        }

        public void Dispose()
        {
        }
    }
}
