using Thermocline.Store.Compression;
using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Packed;

/// <summary>Takes bytes for the file.</summary>
internal delegate void AppendBytes(ReadOnlySpan<byte> bytes);

/// <summary>Writes the keys of a packed segment, in blocks.</summary>
internal static class PackedKeyWriter
{
    private const int ZstdLevel = 3;

    /// <summary>Writes all keys; gives the offset of each block and of the end of the last.</summary>
    public static uint[] Write(
        IKeyCursor keys, in PackedHeader header, PackingLevel level, long offset, AppendBytes append)
    {
        var offsets = new List<uint>();
        var plain = new byte[PackedKeyBlock.PlainBytesMax];
        var block = new byte[PackedKeyBlock.HeaderBytes + PackedKeyBlock.PlainBytesMax];
        var before = new byte[Limits.ComposedKeyBytesMax];
        using ZstdEncoder? encoder = level.Codec == Codec.Zstd ? new ZstdEncoder(ZstdLevel, null) : null;
        bool more = keys.MoveNext();
        while (more)
        {
            int used = 0, count = 0, beforeLength = 0;
            while (more && used < PackedKeyBlock.PlainBytesWanted)
            {
                used += PackedKeyBlock.WriteEntry(plain.AsSpan(used), before.AsSpan(0, beforeLength), keys.Key, keys.Entry, header.First);
                keys.Key.CopyTo(before);
                beforeLength = keys.Key.Length;
                count++;
                more = keys.MoveNext();
            }

            offsets.Add((uint)offset);
            int length = WriteBlock(plain.AsSpan(0, used), count, block, encoder, header.Seed);
            append(block.AsSpan(0, length));
            offset += length;
        }

        offsets.Add((uint)offset);
        return [.. offsets];
    }

    private static int WriteBlock(ReadOnlySpan<byte> plain, int count, Span<byte> block, ZstdEncoder? encoder, uint seed)
    {
        Span<byte> content = block[PackedKeyBlock.HeaderBytes..];
        int stored = encoder?.Encode(plain, content[..(plain.Length * 7 / 8)]) ?? 0;
        Codec codec = stored > 0 ? Codec.Zstd : Codec.Raw;
        if (stored == 0)
        {
            plain.CopyTo(content);
            stored = plain.Length;
        }

        new PackedKeyBlock(codec, count, plain.Length, stored).Write(block, seed);
        return PackedKeyBlock.HeaderBytes + stored;
    }
}
