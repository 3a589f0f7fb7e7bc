using System.Text.Unicode;

namespace Thermocline.Sidecar.Http;

/// <summary>Undoes percent-encoding once and strictly: a bad escape or bytes that are no UTF-8 are an error, not a guess.</summary>
internal static class PercentDecoding
{
    /// <summary>
    /// Decodes into <paramref name="destination"/>, which must be as long as the text. False when the text has a bad
    /// escape, a letter beyond ASCII, or does not decode to UTF-8.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, bool plusIsSpace, out int written)
    {
        written = 0;
        for (int index = 0; index < text.Length; index++)
        {
            char letter = text[index];
            if (letter == '%')
            {
                if (index + 2 >= text.Length
                    || !char.IsAsciiHexDigit(text[index + 1]) || !char.IsAsciiHexDigit(text[index + 2]))
                    return false;
                destination[written++] = (byte)((HexValue(text[index + 1]) << 4) | HexValue(text[index + 2]));
                index += 2;
                continue;
            }
            if (!char.IsAscii(letter))
                return false;
            destination[written++] = plusIsSpace && letter == '+' ? (byte)' ' : (byte)letter;
        }
        return Utf8.IsValid(destination[..written]);
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
