using System.Buffers;
using Thermocline.Store.Compression;
using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Packed;

/// <summary>The keys of a packed segment in order, read a block at a time.</summary>
internal sealed class PackedKeys(PackedSegment segment) : IKeySource, IKeyBlocks
{
    public int Count => segment.Directory.KeyBlockOffsets.Length - 1;

    /// <exception cref="StoreException">Damaged: a block failed its checksum.</exception>
    public IKeyCursor Seek(ReadOnlySpan<byte> key) => KeyBlockCursor.Before(this, key);

    public void Load(int number, KeyRows rows)
    {
        uint[] offsets = segment.Directory.KeyBlockOffsets;
        int length = (int)(offsets[number + 1] - offsets[number]);
        if (length > PackedKeyBlock.HeaderBytes + PackedKeyBlock.PlainBytesMax)
            throw segment.Damaged(offsets[number], "key block");
        byte[] stored = ArrayPool<byte>.Shared.Rent(length);
        byte[] plain = ArrayPool<byte>.Shared.Rent(PackedKeyBlock.PlainBytesMax);
        try
        {
            if (segment.Read(stored.AsSpan(0, length), offsets[number]) != length
                || !PackedKeyBlock.TryRead(stored.AsSpan(0, length), segment.Header.Seed, out PackedKeyBlock header)
                || !TryDecode(header, stored, plain, out ReadOnlySpan<byte> entries)
                || !TryAdd(entries, header.Count, rows))
            {
                throw segment.Damaged(offsets[number], "key block");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private static bool TryDecode(
        in PackedKeyBlock header, ReadOnlySpan<byte> stored, Span<byte> plain, out ReadOnlySpan<byte> entries)
    {
        ReadOnlySpan<byte> content = stored.Slice(PackedKeyBlock.HeaderBytes, header.StoredBytes);
        entries = content;
        if (header.Codec == Codec.Raw)
            return true;
        bool whole = ZstdDecoder.TryDecode(content, null, plain[..header.PlainBytes], out int written);
        entries = plain[..written];
        return whole && written == header.PlainBytes;
    }

    private bool TryAdd(ReadOnlySpan<byte> entries, int count, KeyRows rows)
    {
        Span<byte> key = stackalloc byte[Limits.ComposedKeyBytesMax];
        int keyLength = 0;
        for (int i = 0; i < count; i++)
        {
            if (!PackedKeyBlock.TryReadEntry(ref entries, key, ref keyLength, segment.First, out KeyEntry entry))
                return false;
            rows.Add(key[..keyLength], entry);
        }

        return true;
    }
}
