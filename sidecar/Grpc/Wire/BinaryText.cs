namespace Thermocline.Grpc.Wire;

/// <summary>Bytes in headers whose names end in -bin: base64, sent without padding and taken with or without.</summary>
internal static class BinaryText
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        text = text.Trim();
        int padding = (4 - text.Length % 4) % 4;
        char[] padded = new char[text.Length + padding];
        text.CopyTo(padded);
        padded.AsSpan(text.Length).Fill('=');
        bytes = new byte[padded.Length / 4 * 3];
        if (padding == 3 || !Convert.TryFromBase64Chars(padded, bytes, out int written))
        {
            bytes = [];
            return false;
        }

        bytes = bytes[..written];
        return true;
    }
}
