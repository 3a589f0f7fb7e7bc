using System.Text;

namespace Thermocline.Memory;

/// <summary>Questions about strings from outside.</summary>
internal static class Wording
{
    /// <summary>Whether every surrogate has its partner, so that the string has a UTF-8 form.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAnyInRange('\uD800', '\uDFFF');
            if (plain < 0)
                return true;
            text = text[plain..];
            if (text.Length < 2 || !char.IsSurrogatePair(text[0], text[1]))
                return false;
            text = text[2..];
        }

        return true;
    }

    /// <summary>Whether the string holds a character that no name needs: control characters, NUL included.</summary>
    public static bool HasControl(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c))
                return true;
        }

        return false;
    }

    /// <summary>Length in UTF-8 bytes.</summary>
    public static int Utf8Length(string text) => Encoding.UTF8.GetByteCount(text);
}
