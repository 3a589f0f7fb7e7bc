using System.Runtime.InteropServices;

namespace Thermocline.Store.Compression;

/// <summary>
/// Makes the smallest frames zstd has: no magic, checksum, dictionary id or content size. The caller keeps lengths and
/// checksums. For one thread at a time.
/// </summary>
internal sealed unsafe partial class ZstdEncoder : IDisposable
{
    private readonly EncoderTables? _tables;
    private readonly EncoderContext _context;

    /// <param name="level">Of zstd: 1 is fast, 3 usual, 9 thorough.</param>
    /// <param name="dictionary">May be disposed of before the encoder.</param>
    public ZstdEncoder(int level, ZstdDictionary? dictionary)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, Zstd.LevelMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, Zstd.LevelMax);
        Zstd.Demand();
        if (dictionary is not null)
            _tables = new EncoderTables(dictionary.Tables.Content, level);
        _context = new EncoderContext(level, _tables);
    }

    /// <summary>What the tables, which grow to the largest value seen, and the digested dictionary take.</summary>
    public long NativeBytes => _context.NativeBytes + (_tables?.NativeBytes ?? 0);

    /// <summary>
    /// Encodes into one frame; 0 when it does not fit the destination. zstd wants a few bytes beyond the frame to work in,
    /// so a destination that is exactly long enough may be refused.
    /// </summary>
    public int Encode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return 0;
        nuint answer;
        fixed (byte* from = source)
        fixed (byte* to = destination)
            answer = Compress(_context, to, (nuint)destination.Length, from, (nuint)source.Length);
        if (Zstd.IsTooSmall(answer))
            return 0;
        if (Zstd.IsError(answer))
            throw Zstd.Failure("Compressing", answer);
        return (int)answer;
    }

    public void Dispose()
    {
        // The context first: it points to the tables.
        _context.Dispose();
        _tables?.Dispose();
    }

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_compress2")]
    private static partial nuint Compress(EncoderContext context, byte* to, nuint toBytes, byte* from, nuint fromBytes);
}

/// <summary>A dictionary digested for encoding at one level. Holds the content that zstd points into.</summary>
internal sealed unsafe partial class EncoderTables : SafeHandle
{
    public EncoderTables(byte[] content, int level)
        : base(0, ownsHandle: true)
    {
        Content = content;
        SetHandle(Create((byte*)Marshal.UnsafeAddrOfPinnedArrayElement(content, 0), (nuint)content.Length, level));
        if (IsInvalid)
            throw Zstd.Failure("Digesting a dictionary", 0);
        NativeBytes = (long)SizeOf(handle);
    }

    public byte[] Content { get; }

    public long NativeBytes { get; }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _ = Free(handle);
        return true;
    }

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_createCDict_byReference")]
    private static partial nint Create(byte* content, nuint length, int level);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_sizeof_CDict")]
    private static partial nuint SizeOf(nint tables);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_freeCDict")]
    private static partial nuint Free(nint tables);
}

/// <summary>The working memory of an encoder, set up once for the frames we make.</summary>
internal sealed partial class EncoderContext : SafeHandle
{
    private const int Format = 10;
    private const int Magicless = 1;
    private const int Level = 100;
    private const int ContentSizeFlag = 200;
    private const int ChecksumFlag = 201;
    private const int DictionaryIdFlag = 202;
    private const int SplitBlocks = 1010;
    private const int Never = 2;

    public EncoderContext(int level, EncoderTables? tables)
        : base(0, ownsHandle: true)
    {
        SetHandle(Create());
        if (IsInvalid)
            throw Zstd.Failure("Creating an encoder", 0);
        Tables = tables;
        SetUp(handle, level);
        if (tables is not null && Use(handle, tables) is var answer && Zstd.IsError(answer))
            throw Zstd.Failure("Using a dictionary", answer);
    }

    /// <summary>What the context points to, kept from being collected before it.</summary>
    public EncoderTables? Tables { get; }

    public long NativeBytes => (long)SizeOf(this);

    public override bool IsInvalid => handle == 0;

    /// <summary>Sets a context to the frames we make.</summary>
    internal static void SetUp(nint context, int level)
    {
        Set(context, Format, Magicless);
        Set(context, Level, level);
        Set(context, ContentSizeFlag, 0);
        Set(context, ChecksumFlag, 0);
        Set(context, DictionaryIdFlag, 0);

        // Splitting blocks after the fact could corrupt them in 1.5.0 to 1.5.4 (facebook/zstd#3517), for little gain.
        // Older versions neither do it nor know the parameter.
        _ = SetParameter(context, SplitBlocks, Never);
    }

    protected override bool ReleaseHandle()
    {
        _ = Free(handle);
        return true;
    }

    private static void Set(nint context, int parameter, int value)
    {
        if (SetParameter(context, parameter, value) is var answer && Zstd.IsError(answer))
            throw new StoreException(StoreFault.Unsupported, $"zstd {Zstd.Version} has no parameter {parameter}.");
    }

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_createCCtx")]
    private static partial nint Create();

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    private static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_CCtx_refCDict")]
    private static partial nuint Use(nint context, EncoderTables tables);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_sizeof_CCtx")]
    private static partial nuint SizeOf(EncoderContext context);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_freeCCtx")]
    private static partial nuint Free(nint context);
}
