namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>compression</c>.</summary>
public sealed record CompressionConfiguration
{
    /// <summary>Names of the stages that exist, in the order in which they run.</summary>
    public static IReadOnlyList<string> StageNames { get; } = ["dedup", "quantise", "pattern", "lz4", "zstd"];

    /// <summary>How much work is spent.</summary>
    public CompressionLevel Level { get; init; } = CompressionLevel.Balanced;

    /// <summary>Stages that may run.</summary>
    public IReadOnlyList<string> Stages { get; init; } = ["dedup", "quantise", "pattern", "zstd"];

    /// <summary>Collections whose values are vectors of float32 that may lose precision; stage <c>quantise</c> is for them alone.</summary>
    public IReadOnlyList<string> QuantisedCollections { get; init; } = [];
}
