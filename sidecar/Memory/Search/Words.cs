using System.Globalization;

namespace Thermocline.Memory.Search;

/// <summary>
/// What a word is. A word is a run of letters, digits and marks; everything else separates. Scripts written without
/// spaces (Chinese, Japanese, Thai and their neighbours) have no visible word ends, so any place in them counts as one.
/// </summary>
internal static class Words
{
    /// <summary>Whether the character belongs to a word. Halves of surrogate pairs do: letters of rarer scripts, emoji.</summary>
    public static bool IsPart(char c)
    {
        if (char.IsAscii(c))
            return char.IsAsciiLetterOrDigit(c);
        return char.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.Surrogate => true,
            _ => false,
        };
    }

    /// <summary>Whether a word may end between two neighbouring characters.</summary>
    public static bool MayEndBetween(char left, char right) =>
        !IsPart(left) || !IsPart(right) || IsUnspaced(left) || IsUnspaced(right);

    private static bool IsUnspaced(char c) => c switch
    {
        >= '\u0E00' and <= '\u0EFF' => true, // Thai, Lao
        >= '\u1000' and <= '\u109F' => true, // Myanmar
        >= '\u1780' and <= '\u17FF' => true, // Khmer
        >= '\u2E80' and <= '\u31FF' => true, // radicals, kana, Bopomofo
        >= '\u3400' and <= '\u9FFF' => true, // Han
        >= '\uD800' and <= '\uDFFF' => true, // rarer Han, emoji
        >= '\uF900' and <= '\uFAFF' => true, // compatibility Han
        _ => false,
    };
}
