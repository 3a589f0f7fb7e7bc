using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Thermocline.Sidecar.Governor.Sensing;

/// <summary>
/// A small text file of the kernel that is read again and again. The file stays open and the buffer is its own, so that
/// reading allocates nothing: it goes on when there is no memory left.
/// </summary>
internal sealed class ProcText : IDisposable
{
    private const int BytesMax = 16 << 10;
    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer = new byte[BytesMax];

    private ProcText(SafeFileHandle file) => _file = file;

    /// <summary>Opens a file; null when it is not there or may not be read.</summary>
    public static ProcText? TryOpen(string path)
    {
        try
        {
            return new ProcText(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What the file says now; empty when it cannot be read any more.</summary>
    public ReadOnlySpan<byte> Read()
    {
        try
        {
            return _buffer.AsSpan(0, RandomAccess.Read(_file, _buffer, 0));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Lines of the file, as far as the buffer goes.</summary>
    public int CountLines() => Read().Count((byte)'\n');

    /// <summary>The number that the whole file is; <paramref name="fallback"/> when it is none, such as <c>max</c>.</summary>
    public long ReadNumber(long fallback) => NumberAt(Read(), fallback);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>The number after a name at the start of a line, blanks between; 0 when there is none.</summary>
    public static long Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
            if (line.StartsWith(name))
                return NumberAt(line[name.Length..], 0);
            text = end < 0 ? [] : text[(end + 1)..];
        }

        return 0;
    }

    private static long NumberAt(ReadOnlySpan<byte> text, long fallback) =>
        Utf8Parser.TryParse(text.TrimStart(" \t"u8), out long number, out _) ? number : fallback;
}
