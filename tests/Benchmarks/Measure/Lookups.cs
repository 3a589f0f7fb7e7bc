using System.Text;

namespace Thermocline.Benchmarks.Measure;

/// <summary>
/// The keys to ask for, in asking order, made before the clock starts. They are fresh bytes (or fresh strings), laid
/// out in that order, as if each had just come in with a request: no engine is asked with the key object it stores.
/// </summary>
internal sealed class Lookups
{
    private readonly int[] _indexes;
    private readonly byte[] _keys;
    private readonly int _stride;

    /// <param name="space">What the keys are drawn from, uniformly.</param>
    /// <param name="count">How many.</param>
    /// <param name="prefix">Bytes an engine wants in front of every key.</param>
    public Lookups(KeySpace space, int count, ReadOnlySpan<byte> prefix)
    {
        _stride = prefix.Length + KeySpace.KeyBytes;
        _indexes = new int[count];
        _keys = new byte[count * _stride];
        for (int i = 0; i < count; i++)
        {
            _indexes[i] = (int)(KeySpace.Mix((ulong)i + (space.Seed * 31)) % (ulong)space.Count);
            Span<byte> key = _keys.AsSpan(i * _stride, _stride);
            prefix.CopyTo(key);
            space.WriteKey(_indexes[i], key[prefix.Length..]);
        }
    }

    public int Count => _indexes.Length;

    public int Index(int lookup) => _indexes[lookup];

    public ReadOnlySpan<byte> Key(int lookup) => _keys.AsSpan(lookup * _stride, _stride);

    public string[] Strings()
    {
        var strings = new string[Count];
        for (int i = 0; i < strings.Length; i++)
            strings[i] = Encoding.ASCII.GetString(Key(i));
        return strings;
    }
}
