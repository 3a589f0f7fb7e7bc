using System.Text;

namespace Thermocline.Store.Files;

/// <summary>A small text file outside the data folder that somebody else writes, such as a mounted secret.</summary>
internal static class SecretFile
{
    private const int BytesMax = 16 << 10;

    /// <summary>The text without surrounding white space.</summary>
    /// <exception cref="IOException">It cannot be read, or is far longer than any secret. The message holds no content.</exception>
    public static string Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[BytesMax + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= BytesMax
                ? Encoding.UTF8.GetString(bytes, 0, length).Trim()
                : throw new IOException($"'{path}' is longer than {BytesMax:N0} bytes.");
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException($"Access to '{path}' was refused.", refused);
        }
    }
}
