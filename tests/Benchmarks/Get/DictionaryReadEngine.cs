using System.Collections.Concurrent;
using System.Text;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Get;

/// <summary>The plain <see cref="ConcurrentDictionary{TKey, TValue}"/> a program would use instead.</summary>
internal sealed class DictionaryReadEngine : IReadEngine
{
    private readonly ConcurrentDictionary<string, byte[]> _dictionary = new(StringComparer.Ordinal);
    private string[] _lookupKeys = [];

    public ReadOnlySpan<byte> KeyPrefix => [];

    public void Load(KeySpace space) => Load(space, oneValue: null);

    /// <summary>
    /// Bytes of heap per key without the values: every key of the same space, all with one shared value. What remains
    /// is node, key string, bucket and reference: what has to be resident to find a value.
    /// </summary>
    public static double IndexBytesPerKey(KeySpace space)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var engine = new DictionaryReadEngine();
        engine.Load(space, oneValue: new byte[space.ValueBytes]);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(engine);
        return (after - before) / (double)space.Count;
    }

    public void Prepare(Lookups lookups) => _lookupKeys = lookups.Strings();

    public IReader Reader(string mode) => new DictionaryReader(_dictionary, _lookupKeys);

    public void AddFacts(Facts facts) => facts["keys"] = _dictionary.Count;

    public void Dispose()
    {
    }

    private void Load(KeySpace space, byte[]? oneValue)
    {
        Span<byte> key = stackalloc byte[KeySpace.KeyBytes];
        for (int i = 0; i < space.Count; i++)
        {
            space.WriteKey(i, key);
            byte[] value = oneValue ?? new byte[space.ValueBytes];
            if (oneValue is null)
                space.WriteValue(i, value);
            _dictionary[Encoding.ASCII.GetString(key)] = value;
        }
    }

    private sealed class DictionaryReader(ConcurrentDictionary<string, byte[]> dictionary, string[] keys) : IReader
    {
        public long Touch(Lookups lookups, int from, int count)
        {
            long sum = 0;
            for (int i = from; i < from + count; i++)
                sum += dictionary[keys[i]][0];
            return sum;
        }

        public long Copy(Lookups lookups, int from, int count, byte[] destination)
        {
            long sum = 0;
            for (int i = from; i < from + count; i++)
            {
                dictionary[keys[i]].AsSpan().CopyTo(destination);
                sum += destination[0];
            }
            return sum;
        }

        public void Dispose()
        {
        }
    }
}
