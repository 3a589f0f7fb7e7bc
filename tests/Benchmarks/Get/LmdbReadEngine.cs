using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;

namespace Thermocline.Benchmarks.Get;

/// <summary>LMDB, its file in the page cache, values read where they lie in its map.</summary>
internal sealed class LmdbReadEngine(string path) : IReadEngine
{
    private const long MapBytes = 8L << 30;

    private readonly LmdbFile _file = new(path, MapBytes);

    public ReadOnlySpan<byte> KeyPrefix => [];

    public void Load(KeySpace space) => _file.Load(space, ordered: false);

    public void Prepare(Lookups lookups)
    {
    }

    public IReader Reader(string mode) => new LmdbReader(_file, fresh: mode == IReadEngine.FreshMode);

    public void AddFacts(Facts facts) => facts["fileBytes"] = new FileInfo(path).Length;

    public void Dispose() => _file.Dispose();

    private sealed class LmdbReader(LmdbFile file, bool fresh) : IReader
    {
        private readonly IntPtr _transaction = file.Begin(LmdbNative.ReadOnly);

        public long Touch(Lookups lookups, int from, int count)
        {
            long sum = 0;
            for (int i = from; i < from + count; i++)
            {
                Renew();
                sum += file.Get(_transaction, lookups.Key(i))[0];
            }
            return sum;
        }

        public long Copy(Lookups lookups, int from, int count, byte[] destination)
        {
            long sum = 0;
            for (int i = from; i < from + count; i++)
            {
                Renew();
                file.Get(_transaction, lookups.Key(i)).CopyTo(destination);
                sum += destination[0];
            }
            return sum;
        }

        public void Dispose() => LmdbNative.Abort(_transaction);

        private void Renew()
        {
            if (!fresh)
                return;
            LmdbNative.Reset(_transaction);
            LmdbNative.Check(LmdbNative.Renew(_transaction), "renew");
        }
    }
}
