namespace Thermocline.Store.Format;

/// <summary>Unsigned numbers in seven bits a byte, low bits first; the high bit says that a byte follows.</summary>
internal static class Varint
{
    public const int BytesMax = 10;

    /// <summary>Writes a number and returns its length in bytes.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        int length = 0;
        while (value >= 0x80)
        {
            destination[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>Takes a number off the front of the bytes; false when they end before it does, or it has over 64 bits.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (int i = 0; i < BytesMax && i < source.Length; i++)
        {
            byte next = source[i];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                source = source[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    /// <summary>Folds the sign into bit 0, so that small negative numbers stay small.</summary>
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
