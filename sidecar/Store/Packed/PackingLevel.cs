using Thermocline.Store.Format;

namespace Thermocline.Store.Packed;

/// <summary>What one level of compression does to a segment.</summary>
/// <param name="Layout">Whether records can be read one by one.</param>
/// <param name="Codec">How bytes are made smaller.</param>
/// <param name="ZstdLevel">Level of zstd.</param>
/// <param name="DictionaryShare">Bytes of frames per byte of dictionary.</param>
internal readonly record struct PackingLevel(ChunkLayout Layout, Codec Codec, int ZstdLevel, int DictionaryShare)
{
    public const int DictionaryBytesMin = 16 << 10;
    public const int DictionaryBytesMax = 240 << 10;

    /// <summary>Chunks, and nothing made smaller.</summary>
    public static PackingLevel Off { get; } = new(ChunkLayout.Records, Codec.Raw, 0, 0);

    /// <summary>The settings of a level.</summary>
    public static PackingLevel Of(CompressionLevel level) => level switch
    {
        CompressionLevel.Off => Off,
        CompressionLevel.Fast => new PackingLevel(ChunkLayout.Records, Codec.Zstd, 1, 512),
        CompressionLevel.Balanced or CompressionLevel.Adaptive => new PackingLevel(ChunkLayout.Records, Codec.Zstd, 4, 256),
        CompressionLevel.Max => new PackingLevel(ChunkLayout.Block, Codec.Zstd, 9, 256),
    };
}
