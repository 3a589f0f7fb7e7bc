namespace Thermocline.Events.Embedded.Blocks;

/// <summary>LEB128 numbers, as docs/FORMAT.md says: seven bits a byte, low ones first, the high bit on all but the last.</summary>
internal static class Numbers
{
    public const int BytesMax = 10;

    /// <summary>Writes a number at a place and returns the place behind it.</summary>
    public static int Write(Span<byte> destination, int at, ulong value)
    {
        while (value >= 0x80)
        {
            destination[at++] = unchecked((byte)(value | 0x80));
            value >>= 7;
        }

        destination[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads a number and moves the place behind it; false when the bytes end first, or it has more than 64 bits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, ref int at, out ulong value)
    {
        value = 0;
        for (int i = 0; i < BytesMax && at < source.Length; i++)
        {
            byte next = source[at++];
            if (i == BytesMax - 1 && next > 1)
                return false;
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
                return true;
        }

        return false;
    }

    /// <summary>Reads a length that must fit into what is left.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> source, ref int at, out int length)
    {
        length = 0;
        if (!TryRead(source, ref at, out ulong value) || value > (ulong)(source.Length - at))
            return false;
        length = (int)value;
        return true;
    }

    /// <summary>Folds the sign into bit 0, so that small negative numbers stay small.</summary>
    public static ulong ZigZag(long value) => unchecked((ulong)((value << 1) ^ (value >> 63)));

    public static long UnZigZag(ulong value) => unchecked((long)(value >> 1) ^ -(long)(value & 1));
}
