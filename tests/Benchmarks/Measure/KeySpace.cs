using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Thermocline.Benchmarks.Measure;

/// <summary>
/// The keys and values of a benchmark, computed from a seed, so that every engine in every process sees the same ones
/// and any value can be checked without having been kept.
/// </summary>
internal sealed class KeySpace(ulong seed, int count, int valueBytes)
{
    /// <summary>Characters of a key, all of them ASCII: bytes too.</summary>
    public const int KeyBytes = 20;

    public ulong Seed { get; } = seed;

    public int Count { get; } = count;

    public int ValueBytes { get; } = valueBytes;

    /// <summary>Writes key number <paramref name="index"/>: sixteen scrambled hexadecimal digits (distinct by construction) after a short word.</summary>
    public void WriteKey(int index, Span<byte> destination)
    {
        "mem:"u8.CopyTo(destination);
        ulong scrambled = Mix((ulong)index ^ Seed);
        for (int digit = 0; digit < 16; digit++)
            destination[4 + digit] = "0123456789abcdef"u8[(int)(scrambled >> (60 - (4 * digit))) & 15];
    }

    /// <summary>A key that sorts by its number, for engines that load sorted input faster.</summary>
    public static void WriteOrderedKey(int index, Span<byte> destination)
    {
        destination[..KeyBytes].Fill((byte)'0');
        for (int digit = KeyBytes - 1; index > 0; digit--, index /= 10)
            destination[digit] = (byte)('0' + (index % 10));
    }

    /// <summary>Writes the value of a key: bytes that do not compress, the key's number among the first.</summary>
    public void WriteValue(int index, Span<byte> destination)
    {
        ulong state = Mix(Seed + (ulong)index);
        foreach (ref ulong word in MemoryMarshal.Cast<byte, ulong>(destination))
            word = state = unchecked((state * 6364136223846793005) + 1442695040888963407);
        BinaryPrimitives.WriteInt32LittleEndian(destination[1..], index);
    }

    public bool IsValue(int index, ReadOnlySpan<byte> value)
    {
        if (value.Length != ValueBytes)
            return false;
        Span<byte> expected = stackalloc byte[ValueBytes];
        WriteValue(index, expected);
        return value.SequenceEqual(expected);
    }

    /// <summary>A bijection of the 64-bit numbers (the finaliser of splitmix64).</summary>
    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
