using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>
/// Keyed 64-bit hash of a composed key: words are folded by 64 × 64 → 128-bit multiplication (docs/FORMAT.md, Keyed hash).
/// The same on every processor, because the index snapshot holds its results.
/// </summary>
internal sealed class KeyHash
{
    private readonly ulong _k0, _k1, _k2, _k3;

    public KeyHash(ReadOnlySpan<byte> secret)
    {
        ulong state = BinaryPrimitives.ReadUInt64LittleEndian(secret);
        ulong other = BinaryPrimitives.ReadUInt64LittleEndian(secret[8..]);
        _k0 = SplitMix(ref state);
        _k1 = SplitMix(ref state) ^ other;
        _k2 = SplitMix(ref state);
        _k3 = SplitMix(ref state) + other;
    }

    /// <summary>The low 40 bits of the hash, with bits 0..23 never all zero: what the index and the frames keep.</summary>
    public ulong Tag(ReadOnlySpan<byte> key)
    {
        ulong tag = Compute(key) & Tags.Mask;
        return (tag & Tags.LowMask) == 0 ? tag | 1 : tag;
    }

    private ulong Compute(ReadOnlySpan<byte> key)
    {
        ulong state = _k0;
        ReadOnlySpan<byte> rest = key;
        while (rest.Length > 16)
        {
            state = Fold(Word(rest) ^ _k1, Word(rest[8..]) ^ state);
            rest = rest[16..];
        }

        // The last 16 bytes may overlap what was read before; a key shorter than 16 is read in overlapping halves.
        ulong a, b;
        if (key.Length >= 16)
        {
            a = Word(key[^16..]);
            b = Word(key[^8..]);
        }
        else if (key.Length >= 8)
        {
            a = Word(key);
            b = Word(key[^8..]);
        }
        else if (key.Length >= 4)
        {
            a = BinaryPrimitives.ReadUInt32LittleEndian(key);
            b = BinaryPrimitives.ReadUInt32LittleEndian(key[^4..]);
        }
        else
        {
            a = key.Length > 0 ? ((ulong)key[0] << 16) | ((ulong)key[key.Length >> 1] << 8) | key[^1] : 0;
            b = 0;
        }

        // The length joins where no bit of a key can cancel it: zeros of different lengths are different keys.
        return Fold(Fold(a ^ _k1, b ^ _k2 ^ state) ^ ((ulong)key.Length * 0x9E3779B97F4A7C15), _k3 ^ state);
    }

    private static ulong Word(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

/// <summary>Bit fields of a 40-bit tag.</summary>
internal static class Tags
{
    public const int Bits = 40;
    public const ulong Mask = (1UL << Bits) - 1;
    public const int LowBits = 24;
    public const ulong LowMask = (1UL << LowBits) - 1;
}
