namespace Thermocline.Store;

/// <summary>What one stage of the compression pipeline did since the store was opened.</summary>
/// <param name="Name">Name of the stage: dedup, quantise, pattern, lz4 or zstd.</param>
/// <param name="BytesIn">Bytes given to it.</param>
/// <param name="BytesOut">Bytes it made of them.</param>
/// <param name="Took">Time it took.</param>
public sealed record StageStatus(string Name, long BytesIn, long BytesOut, TimeSpan Took);
