using Thermocline.Store.Compression;

namespace Thermocline.Benchmarks.Compress;

/// <summary>One way to make bytes smaller, with its state.</summary>
internal sealed class Codec : IDisposable
{
    private readonly ZstdEncoder? _zstd;
    private readonly ZstdDictionary? _dictionary;

    private Codec(string name, ZstdEncoder? zstd, ZstdDictionary? dictionary)
    {
        Name = name;
        _zstd = zstd;
        _dictionary = dictionary;
    }

    public string Name { get; }

    /// <summary>What the tables for encoding take, and those for decoding.</summary>
    public (long Encoder, long Decoder) NativeBytes => (_zstd?.NativeBytes ?? 0, _dictionary?.NativeBytes ?? 0);

    public static Codec Lz4() => new("lz4", null, null);

    /// <summary>The dictionary stays the caller's.</summary>
    public static Codec Zstd(int level, ZstdDictionary? dictionary) => new($"zstd -{level}", new ZstdEncoder(level, dictionary), dictionary);

    public int Encode(ReadOnlySpan<byte> source, Span<byte> destination) =>
        _zstd is null ? Store.Compression.Lz4.Encode(source, destination) : _zstd.Encode(source, destination);

    public bool TryDecode(ReadOnlySpan<byte> source, Span<byte> destination, out int written) => _zstd is null
        ? Store.Compression.Lz4.TryDecode(source, destination, out written)
        : ZstdDecoder.TryDecode(source, _dictionary, destination, out written);

    public void Dispose() => _zstd?.Dispose();
}
