using System.Text;

namespace Thermocline.Grpc.Wire;

/// <summary>The header grpc-message: UTF-8 with every byte outside the printable ASCII, and the percent sign, as %XX.</summary>
internal static class PercentText
{
    /// <summary>Characters of a message; what is longer is cut.</summary>
    public const int CharactersMax = 1_024;

    public static string Encode(string text)
    {
        if (text.Length > CharactersMax)
            text = text[..(char.IsHighSurrogate(text[CharactersMax - 1]) ? CharactersMax - 1 : CharactersMax)];
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('%'))
            return text;

        var encoded = new StringBuilder(text.Length + 32);
        foreach (byte one in Encoding.UTF8.GetBytes(text))
        {
            if (one is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
                encoded.Append((char)one);
            else
                encoded.Append('%').Append(one.ToString("X2", null));
        }

        return encoded.ToString();
    }
}
