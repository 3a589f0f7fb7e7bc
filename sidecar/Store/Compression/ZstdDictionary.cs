using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Thermocline.Store.Compression;

/// <summary>
/// Bytes that encoder and decoder have both seen before the first record. Immutable, and shared by whoever decodes with
/// it: a call that is under way when it is disposed ends well, a later one throws.
/// </summary>
internal sealed class ZstdDictionary : IDisposable
{
    public const int BytesMax = 4 << 20;

    private ZstdDictionary(DecoderTables tables, ulong id)
    {
        Tables = tables;
        Id = id;
    }

    /// <summary>The first 8 bytes of the SHA-256 of the bytes, little endian.</summary>
    public ulong Id { get; }

    public ReadOnlySpan<byte> Bytes => Tables.Content;

    /// <summary>What it keeps in memory: its bytes, once, and the digested tables. Each encoder counts its own tables.</summary>
    public long NativeBytes => Tables.Content.Length + Tables.NativeBytes;

    internal DecoderTables Tables { get; }

    /// <summary>Copies and digests the bytes. They come from disk: whoever read them compared a checksum before.</summary>
    public static ZstdDictionary Load(ReadOnlySpan<byte> bytes)
    {
        Zstd.Demand();
        if (bytes.Length is 0 or > BytesMax)
        {
            throw new StoreException(StoreFault.Damaged,
                $"A dictionary has 1 to {BytesMax:N0} bytes; this one has {bytes.Length:N0}.");
        }

        // Pinned for life: zstd keeps pointers into the bytes instead of a copy.
        byte[] content = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(content);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, digest);
        return new ZstdDictionary(new DecoderTables(content), BinaryPrimitives.ReadUInt64LittleEndian(digest));
    }

    public void Dispose() => Tables.Dispose();
}

/// <summary>A dictionary digested for decoding. Holds the content that zstd points into.</summary>
internal sealed unsafe partial class DecoderTables : SafeHandle
{
    public DecoderTables(byte[] content)
        : base(0, ownsHandle: true)
    {
        Content = content;
        SetHandle(Create((byte*)Marshal.UnsafeAddrOfPinnedArrayElement(content, 0), (nuint)content.Length));
        if (IsInvalid)
            throw new StoreException(StoreFault.Damaged, "The dictionary's tables make no sense to zstd.");
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

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_createDDict_byReference")]
    private static partial nint Create(byte* content, nuint length);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_sizeof_DDict")]
    private static partial nuint SizeOf(nint tables);

    [LibraryImport(Zstd.Library, EntryPoint = "ZSTD_freeDDict")]
    private static partial nuint Free(nint tables);
}
