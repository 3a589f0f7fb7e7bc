namespace Thermocline.Store.Filters;

/// <summary>Where the fingerprints of a key lie: one in each of three segments that follow each other.</summary>
/// <param name="SegmentBits">Log2 of the length of a segment.</param>
/// <param name="SegmentCount">Segments that the first of the three may be; two more follow the last. 0 in an empty filter.</param>
/// <param name="Keys">Different keys.</param>
/// <param name="Seed">What makes another attempt different.</param>
internal readonly record struct BinaryFuseLayout(int SegmentBits, uint SegmentCount, uint Keys, ulong Seed)
{
    public const int SegmentBitsMax = 18;

    private const int Arity = 3;

    public long Fingerprints => SegmentCount == 0 ? 0 : ((long)SegmentCount + Arity - 1) << SegmentBits;

    /// <summary>The layout for so many different keys, from the paper's fits for three-wise filters.</summary>
    public static BinaryFuseLayout For(int keys, ulong seed)
    {
        if (keys == 0)
            return default;

        // Two keys are the fewest for which the logarithms below are of use.
        double log = Math.Log(Math.Max(keys, 2));
        int segmentBits = Math.Clamp((int)Math.Floor((log / Math.Log(3.33)) + 2.25), 2, SegmentBitsMax);
        double perKey = Math.Max(1.125, 0.875 + (0.25 * Math.Log(1_000_000) / log));
        long wanted = (long)Math.Round(keys * perKey);
        long segments = Math.Max(1, ((wanted + (1L << segmentBits) - 1) >> segmentBits) - (Arity - 1));
        return new BinaryFuseLayout(segmentBits, (uint)segments, (uint)keys, seed);
    }

    /// <summary>A one-to-one scrambling, so that different keys have different hashes.</summary>
    public static ulong Mix(ulong key, ulong seed)
    {
        // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
        ulong z = key + seed;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The high bits of the hash choose the first segment and the place in it, lower ones the other two places.</summary>
    public (uint A, uint B, uint C) PositionsOf(ulong hash)
    {
        uint length = 1u << SegmentBits;
        uint a = (uint)Math.BigMul(hash, (ulong)SegmentCount << SegmentBits, out _);
        uint b = (a + length) ^ ((uint)(hash >> SegmentBitsMax) & (length - 1));
        uint c = (a + (2 * length)) ^ ((uint)hash & (length - 1));
        return (a, b, c);
    }

    public static byte FingerprintOf(ulong hash) => (byte)(hash ^ (hash >> 32));
}
