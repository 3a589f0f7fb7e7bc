namespace Thermocline.Memory.Ids;

/// <summary>
/// Identifier of a memory: 48 bits of milliseconds since 1970, then 80 bits that make it unique. Its text has 26
/// characters of Crockford's alphabet and sorts like the number, so identifiers are in the order of time.
/// A time of 0 means that the time is not part of the identifier.
/// </summary>
public readonly record struct MemoryId(UInt128 Value)
{
    /// <summary>Characters of the text.</summary>
    public const int TextLength = 26;

    /// <summary>Latest time an identifier can carry.</summary>
    public const long TimeMsMax = (1L << 48) - 1;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int TailBits = 80;

    /// <summary>Milliseconds since 1970, or 0.</summary>
    public long TimeMs => (long)(ulong)(Value >> TailBits);

    /// <summary>The identifier of a time and of the lowest 80 bits of <paramref name="tail"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative or later than <see cref="TimeMsMax"/>.</exception>
    public static MemoryId Of(long timeMs, UInt128 tail)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeMs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeMs, TimeMsMax);
        return new MemoryId(((UInt128)(ulong)timeMs << TailBits) | (tail & TailMask));
    }

    /// <summary>The 80 bits that are not time.</summary>
    public UInt128 Tail => Value & TailMask;

    internal static UInt128 TailMask => (UInt128.One << TailBits) - 1;

    /// <summary>Reads an identifier's text; small letters are taken for capitals.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MemoryId id)
    {
        id = default;
        // 26 characters hold 130 bits: the first may not use its two highest.
        if (text.Length != TextLength || text[0] > '7')
            return false;
        UInt128 value = 0;
        foreach (char c in text)
        {
            int digit = Alphabet.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal);
            if (digit < 0 || !char.IsAscii(c))
                return false;
            value = (value << 5) | (uint)digit;
        }

        id = new MemoryId(value);
        return true;
    }

    /// <summary>Writes the text as 26 ASCII bytes.</summary>
    public void WriteTo(Span<byte> destination)
    {
        UInt128 rest = Value;
        for (int i = TextLength - 1; i >= 0; i--)
        {
            destination[i] = (byte)Alphabet[(int)(uint)(rest & 31)];
            rest >>= 5;
        }
    }

    /// <summary>The text.</summary>
    public override string ToString() =>
        string.Create(TextLength, this, static (text, id) =>
        {
            UInt128 rest = id.Value;
            for (int i = TextLength - 1; i >= 0; i--)
            {
                text[i] = Alphabet[(int)(uint)(rest & 31)];
                rest >>= 5;
            }
        });
}
