using System.Buffers;
using System.Text;

namespace Thermocline.Events.Checks;

/// <summary>What a text is as UTF-8.</summary>
internal static class Text
{
    /// <summary>Its bytes; false when it has half of a surrogate pair, which no UTF-8 can say.</summary>
    public static bool TryCount(ReadOnlySpan<char> text, out int bytes)
    {
        bytes = text.Length;
        if (Ascii.IsValid(text))
            return true;
        bytes = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out Rune rune, out int consumed) != OperationStatus.Done)
                return false;
            bytes += rune.Utf8SequenceLength;
            text = text[consumed..];
        }

        return true;
    }

    /// <summary>Whether it has a control character.</summary>
    public static bool HasControl(ReadOnlySpan<char> text)
    {
        foreach (char letter in text)
        {
            if (char.IsControl(letter))
                return true;
        }

        return false;
    }

    /// <summary>Why a topic's or group's name is not allowed, or null when it is.</summary>
    public static string? MistakeOfName(string? name, string what)
    {
        if (string.IsNullOrEmpty(name))
            return $"The {what} has no name.";
        if (!TryCount(name, out int bytes) || HasControl(name))
            return $"The name of the {what} has a control character, or half of a surrogate pair.";
        return bytes > EventLimits.NameBytesMax
            ? $"The name of the {what} has {bytes} bytes; it may have {EventLimits.NameBytesMax}."
            : null;
    }
}
