using System.Runtime.InteropServices;

namespace Thermocline.Store.Compression;

/// <summary>Undoes <see cref="ZstdEncoder"/>. For any number of threads; allocates nothing once its contexts exist.</summary>
internal static unsafe partial class ZstdDecoder
{
    private const int FrameHeaderBytes = 2;
    private const int BlockHeaderBytes = 3;

    /// <summary>What the contexts that exist take: as many as decoded at the same time, and a few at least.</summary>
    public static long NativeBytes => DecoderContexts.NativeBytes;

    /// <summary>
    /// Decodes exactly one frame. False when the bytes are not such a frame, do not belong to the dictionary, or hold more
    /// than the destination; what the destination then holds is anything. A wrong dictionary may also give wrong bytes:
    /// checksums are the caller's.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, ZstdDictionary? dictionary, Span<byte> destination, out int written)
    {
        written = 0;
        Zstd.Demand();
        nint context = DecoderContexts.Rent();
        try
        {
            return TryDecode(context, source, dictionary, destination, out written);
        }
        finally
        {
            DecoderContexts.Return(context);
        }
    }

    /// <summary>The same, with a context of <see cref="DecoderContexts"/> that the caller has rented: allocates nothing.</summary>
    public static bool TryDecode(
        nint context, ReadOnlySpan<byte> source, ZstdDictionary? dictionary, Span<byte> destination, out int written)
    {
        written = 0;
        if (!IsOneFrame(source))
            return false;
        bool held = false;
        try
        {
            dictionary?.Tables.DangerousAddRef(ref held);
            nint tables = dictionary?.Tables.DangerousGetHandle() ?? 0;
            nuint answer;
            fixed (byte* from = source)
            fixed (byte* to = destination)
                answer = Decompress(context, to, (nuint)destination.Length, from, (nuint)source.Length, tables);
            if (Zstd.IsError(answer))
                return false;
            written = (int)answer;
            return true;
        }
        finally
        {
            if (held)
                dictionary!.Tables.DangerousRelease();
        }
    }

    // The library would also take several frames in a row, frames to be skipped, and formats of its youth. Walking the
    // headers (RFC 8878, 3.1.1) leaves it nothing but the one kind of frame that we write, up to the last byte.
    private static bool IsOneFrame(ReadOnlySpan<byte> source)
    {
        if (source.Length < FrameHeaderBytes + BlockHeaderBytes || source[0] != 0)
            return false;
        source = source[FrameHeaderBytes..];
        while (source.Length >= BlockHeaderBytes)
        {
            int header = source[0] | (source[1] << 8) | (source[2] << 16);
            int kind = (header >> 1) & 3;
            const int RunOfOneByte = 1;
            int length = BlockHeaderBytes + (kind == RunOfOneByte ? 1 : header >> 3);
            if (length > source.Length)
                return false;
            source = source[length..];
            if ((header & 1) != 0)
                return source.IsEmpty;
        }

        return false;
    }

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_decompress_usingDDict")]
    private static partial nuint Decompress(
        nint context, byte* to, nuint toBytes, byte* from, nuint fromBytes, nint tables);
}
