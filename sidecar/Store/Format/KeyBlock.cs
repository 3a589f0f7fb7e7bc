using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>One entry of a key table, without its key.</summary>
/// <param name="Address">Place of the frame.</param>
/// <param name="Flags">Tombstone or not.</param>
/// <param name="ExpiresAtMs">End of life, or 0.</param>
internal readonly record struct KeyEntry(Address Address, FrameFlags Flags, long ExpiresAtMs);

/// <summary>Layout of a 4,096-byte block of a key table.</summary>
internal static class KeyBlock
{
    public const int Bytes = 4096;
    public const ushort Mark = 0x4B54;
    private const int HeaderBytes = 8;
    private const int EntryFixedBytes = 8;

    /// <summary>Whether the block's checksum and mark are right.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> block, uint seed) =>
        block.Length == Bytes
        && BinaryPrimitives.ReadUInt16LittleEndian(block[6..]) == Mark
        && BinaryPrimitives.ReadUInt32LittleEndian(block) == Checksum.Of(block[4..], seed);

    /// <summary>Fills a block; entries are appended in key order until one does not fit.</summary>
    internal ref struct Writer(Span<byte> block)
    {
        private readonly Span<byte> _block = block;
        private int _used = HeaderBytes;
        private int _count;

        public readonly int Count => _count;

        public bool TryAdd(ReadOnlySpan<byte> previousKey, ReadOnlySpan<byte> key, in KeyEntry entry)
        {
            int shared = _count == 0 ? 0 : key.CommonPrefixLength(previousKey);
            int size = EntryFixedBytes + key.Length - shared + (entry.ExpiresAtMs == 0 ? 0 : 6);
            if (_used + size > Bytes)
                return false;
            Span<byte> target = _block[_used..];
            BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)shared);
            BinaryPrimitives.WriteUInt16LittleEndian(target[2..], (ushort)(key.Length - shared));
            key[shared..].CopyTo(target[4..]);
            target = target[(4 + key.Length - shared)..];
            FrameFlags flags = (entry.Flags & FrameFlags.Tombstone) | (entry.ExpiresAtMs == 0 ? 0 : FrameFlags.Expires);
            BinaryPrimitives.WriteUInt32LittleEndian(
                target, (uint)(entry.Address.Offset / Address.UnitBytes) | ((uint)flags << Address.OffsetBits));
            if (entry.ExpiresAtMs != 0)
                Frame.WriteUInt48(target[4..], entry.ExpiresAtMs);
            _used += size;
            _count++;
            return true;
        }

        public readonly void Finish(uint seed)
        {
            _block[_used..].Clear();
            BinaryPrimitives.WriteUInt16LittleEndian(_block[4..], (ushort)_count);
            BinaryPrimitives.WriteUInt16LittleEndian(_block[6..], Mark);
            BinaryPrimitives.WriteUInt32LittleEndian(_block, Checksum.Of(_block[4..], seed));
        }
    }

    /// <summary>Walks the entries of an intact block.</summary>
    internal ref struct Reader(ReadOnlySpan<byte> block, int segment, Span<byte> keyBuffer)
    {
        private readonly ReadOnlySpan<byte> _block = block;
        private readonly Span<byte> _key = keyBuffer;
        private int _position = HeaderBytes;
        private int _left = BinaryPrimitives.ReadUInt16LittleEndian(block[4..]);
        private int _keyLength;

        public readonly ReadOnlySpan<byte> Key => _key[.._keyLength];

        public KeyEntry Entry { get; private set; }

        public bool MoveNext()
        {
            if (_left-- <= 0)
                return false;
            ReadOnlySpan<byte> source = _block[_position..];
            int shared = BinaryPrimitives.ReadUInt16LittleEndian(source);
            int rest = BinaryPrimitives.ReadUInt16LittleEndian(source[2..]);
            source.Slice(4, rest).CopyTo(_key[shared..]);
            _keyLength = shared + rest;
            source = source[(4 + rest)..];
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(source);
            var flags = (FrameFlags)(word >> Address.OffsetBits);
            bool expires = (flags & FrameFlags.Expires) != 0;
            long offset = (long)(word & ((1u << Address.OffsetBits) - 1)) * Address.UnitBytes;
            Entry = new KeyEntry(Address.Of(segment, offset), flags & FrameFlags.Tombstone, expires ? Frame.ReadUInt48(source[4..]) : 0);
            _position += EntryFixedBytes + rest + (expires ? 6 : 0);
            return true;
        }
    }
}
