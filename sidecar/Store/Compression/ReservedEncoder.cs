using System.Runtime.InteropServices;

namespace Thermocline.Store.Compression;

/// <summary>
/// Makes the same frames as <see cref="ZstdEncoder"/>, in memory that it was given once: it never asks the system for any,
/// so it also works when there is none to be had. For one thread at a time.
/// </summary>
internal sealed unsafe partial class ReservedEncoder
{
    private const int SessionOnly = 1;
    private readonly nint _context;

    // What the context points to must not be collected before it points elsewhere.
    private EncoderTables? _tables;

    /// <param name="workspace">Memory of its own, aligned to 8 bytes, for as long as it is used.</param>
    /// <param name="bytes">Length of that memory: <see cref="WorkspaceBytes"/>.</param>
    /// <param name="level">Of zstd.</param>
    public ReservedEncoder(byte* workspace, int bytes, int level)
    {
        Zstd.Demand();
        _context = InitStatic(workspace, (nuint)bytes);
        if (_context == 0)
            throw Zstd.Failure("Placing an encoder", 0);
        EncoderContext.SetUp(_context, level);
    }

    /// <summary>Memory that values of up to so many bytes take at level 1, whatever the dictionary.</summary>
    public static int WorkspaceBytes(int valueBytesMax) => valueBytesMax <= 64 << 10 ? 512 << 10 : 1 << 20;

    /// <summary>
    /// Encodes into one frame; 0 when it does not fit the destination, or the memory does not suffice: then the value is
    /// best kept as it is.
    /// </summary>
    public int Encode(ReadOnlySpan<byte> source, EncoderTables? tables, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return 0;
        // A frame that did not fit left the context in the middle of it.
        _ = Reset(_context, SessionOnly);
        if (!ReferenceEquals(tables, _tables))
        {
            if (Zstd.IsError(Use(_context, tables?.DangerousGetHandle() ?? 0)))
                return 0;
            _tables = tables;
        }

        nuint answer;
        fixed (byte* from = source)
        fixed (byte* to = destination)
            answer = Compress(_context, to, (nuint)destination.Length, from, (nuint)source.Length);
        return Zstd.IsError(answer) ? 0 : (int)answer;
    }

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_initStaticCCtx")]
    private static partial nint InitStatic(byte* workspace, nuint bytes);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_CCtx_reset")]
    private static partial nuint Reset(nint context, int directive);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_CCtx_refCDict")]
    private static partial nuint Use(nint context, nint tables);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_compress2")]
    private static partial nuint Compress(nint context, byte* to, nuint toBytes, byte* from, nuint fromBytes);
}
