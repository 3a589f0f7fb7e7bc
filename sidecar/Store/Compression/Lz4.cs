using System.Runtime.InteropServices;

namespace Thermocline.Store.Compression;

/// <summary>Blocks of the machine's lz4 library. The caller keeps lengths and checksums. For any number of threads.</summary>
internal static unsafe partial class Lz4
{
    private const string Library = "liblz4.so.1";

    public static bool IsAvailable { get; } =
        NativeLibrary.TryLoad(Library, typeof(Lz4).Assembly, null, out nint library)
        && NativeLibrary.TryGetExport(library, "LZ4_compress_default", out _)
        && NativeLibrary.TryGetExport(library, "LZ4_decompress_safe", out _);

    /// <summary>The most that a block of so many bytes can take (LZ4_COMPRESSBOUND of lz4.h).</summary>
    public static int Bound(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return checked(length + (length / 255) + 16);
    }

    /// <summary>Encodes into one block; 0 when it does not fit the destination.</summary>
    public static int Encode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Demand();
        if (destination.IsEmpty)
            return 0;
        fixed (byte* from = source)
        fixed (byte* to = destination)
            return Compress(from, to, source.Length, destination.Length);
    }

    /// <summary>False when the bytes are not a block, or hold more than the destination; it then holds anything.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        Demand();
        int answer;
        fixed (byte* from = source)
        fixed (byte* to = destination)
            answer = Decompress(from, to, source.Length, destination.Length);
        written = Math.Max(answer, 0);
        return answer >= 0;
    }

    private static void Demand()
    {
        if (!IsAvailable)
        {
            throw new StoreException(StoreFault.Unsupported,
                $"This needs {Library} (Debian package liblz4-1), and the machine has none.");
        }
    }

    [LibraryImport(Library, EntryPoint = "LZ4_compress_default")]
    private static partial int Compress(byte* from, byte* to, int fromBytes, int toBytes);

    [LibraryImport(Library, EntryPoint = "LZ4_decompress_safe")]
    private static partial int Decompress(byte* from, byte* to, int fromBytes, int toBytes);
}
