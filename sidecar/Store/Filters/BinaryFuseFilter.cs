using System.Buffers.Binary;

namespace Thermocline.Store.Filters;

/// <summary>
/// Says for certain that a key is not in a set, in three looks at memory: the 3-wise binary fuse filter with 8-bit
/// fingerprints of T. M. Graf and D. Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters", JEA 27 (2022).
/// One key in 256 that is not in the set is taken for one that is. About 9 bits a key for a million keys, 12 for a
/// thousand; small sets take more, because rounding and the header weigh on them.
/// </summary>
/// <remarks>
/// Bytes: 0xBF, version 1, u8 log2 of the segment length, zero, u32 segments that a first position may lie in, u32 keys,
/// zero (4), u64 seed; then (segments + 2) × segment length fingerprints. Little endian. No key: no segments.
/// </remarks>
internal static class BinaryFuseFilter
{
    public const int KeysMax = 64 << 20;
    public const int HeaderBytes = 24;

    private const ushort Mark = 0x01BF;

    /// <summary>A filter of these keys, the same for the same keys in any order; a key may be there several times.</summary>
    public static byte[] Build(ReadOnlySpan<ulong> keys)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Length, KeysMax);
        return BinaryFuseBuilder.Build(keys);
    }

    /// <summary>False: the key is not in the set. True: it is, or one time in 256 it is not, or the bytes are no filter.</summary>
    public static bool MayContain(ReadOnlySpan<byte> filter, ulong key)
    {
        if (!TryReadLayout(filter, out BinaryFuseLayout layout))
            return true;
        if (layout.SegmentCount == 0)
            return false;
        ulong hash = BinaryFuseLayout.Mix(key, layout.Seed);
        (uint a, uint b, uint c) = layout.PositionsOf(hash);
        ReadOnlySpan<byte> fingerprints = filter[HeaderBytes..];
        return (fingerprints[(int)a] ^ fingerprints[(int)b] ^ fingerprints[(int)c]) == BinaryFuseLayout.FingerprintOf(hash);
    }

    /// <summary>Its size over the number of its different keys; 0 when it has none or the bytes are no filter.</summary>
    public static double BitsPerKey(ReadOnlySpan<byte> filter) =>
        TryReadLayout(filter, out BinaryFuseLayout layout) && layout.Keys > 0 ? filter.Length * 8.0 / layout.Keys : 0;

    internal static void WriteHeader(Span<byte> filter, in BinaryFuseLayout layout)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(filter, Mark);
        filter[2] = (byte)layout.SegmentBits;
        BinaryPrimitives.WriteUInt32LittleEndian(filter[4..], layout.SegmentCount);
        BinaryPrimitives.WriteUInt32LittleEndian(filter[8..], layout.Keys);
        BinaryPrimitives.WriteUInt64LittleEndian(filter[16..], layout.Seed);
    }

    private static bool TryReadLayout(ReadOnlySpan<byte> filter, out BinaryFuseLayout layout)
    {
        layout = default;
        if (filter.Length < HeaderBytes || BinaryPrimitives.ReadUInt16LittleEndian(filter) != Mark)
            return false;
        layout = new BinaryFuseLayout(
            filter[2],
            BinaryPrimitives.ReadUInt32LittleEndian(filter[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(filter[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(filter[16..]));

        // The length decides whether every position is inside: after this, none has to be looked at again.
        return layout.SegmentBits <= BinaryFuseLayout.SegmentBitsMax && layout.SegmentCount == 0 == (layout.Keys == 0)
            && filter.Length - HeaderBytes == layout.Fingerprints;
    }
}
