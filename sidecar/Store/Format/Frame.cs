using System.Buffers.Binary;

namespace Thermocline.Store.Format;

/// <summary>A frame as it lies in memory. Reading its fields demands an intact header; see <see cref="Check"/>.</summary>
internal readonly ref struct Frame(ReadOnlySpan<byte> bytes)
{
    public const int HeaderBytes = 48;
    public const byte Mark = 0xC1;
    public const int ValueBytesCeiling = 16 << 20;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public ulong Sequence => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[8..]);

    public int ValueLength => BinaryPrimitives.ReadInt32LittleEndian(_bytes[16..]);

    public int KeyLength => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[20..]);

    public int MetadataLength => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[22..]);

    public FrameFlags Flags => (FrameFlags)_bytes[25];

    public FrameCodec Codec => (FrameCodec)_bytes[26];

    public bool IsTombstone => (Flags & FrameFlags.Tombstone) != 0;

    public bool BatchContinues => (Flags & FrameFlags.BatchContinues) != 0;

    public long WrittenAtMs => ReadUInt48(_bytes[28..]);

    public long ExpiresAtMs => ReadUInt48(_bytes[34..]);

    public ulong PreviousTag => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[40..]) & Tags.Mask;

    /// <summary>End of the synced part of the segment when this frame was encoded, in bytes.</summary>
    public long SyncedBytes => (long)(BinaryPrimitives.ReadUInt64LittleEndian(_bytes[40..]) >> 40) * Address.UnitBytes;

    public ReadOnlySpan<byte> Key => _bytes.Slice(HeaderBytes, KeyLength);

    public ReadOnlySpan<byte> Metadata => _bytes.Slice(HeaderBytes + KeyLength, MetadataLength);

    /// <summary>The value, or, on disk, what stands for it: see <see cref="Codec"/>.</summary>
    public ReadOnlySpan<byte> Value => _bytes.Slice(HeaderBytes + KeyLength + MetadataLength, ValueLength);

    /// <summary>Length of the frame with its padding, from its header alone.</summary>
    public int TotalBytes => SizeOf(KeyLength, MetadataLength, ValueLength);

    public bool IsExpired(long nowMs) => ExpiresAtMs is var end and not 0 && end <= nowMs;

    public static int SizeOf(int key, int metadata, int value) => (HeaderBytes + key + metadata + value + 7) & ~7;

    /// <summary>Whether the lengths could be those of a frame: asked before anything is allocated by them.</summary>
    public static bool IsPlausible(ReadOnlySpan<byte> header) =>
        header.Length >= HeaderBytes
        && header[24] == Mark
        && BinaryPrimitives.ReadUInt16LittleEndian(header[20..]) is >= 1 and <= Limits.ComposedKeyBytesMax
        && BinaryPrimitives.ReadUInt16LittleEndian(header[22..]) <= Limits.MetadataBytesMax
        && BinaryPrimitives.ReadUInt32LittleEndian(header[16..]) <= ValueBytesCeiling;

    /// <summary>Compares the checksums of the frame at the start of the bytes.</summary>
    public static FrameCheck Check(ReadOnlySpan<byte> bytes, uint seed)
    {
        if (!IsPlausible(bytes))
            return FrameCheck.HeaderDamaged;
        var frame = new Frame(bytes);
        int payloadStart = HeaderBytes + frame.KeyLength;
        if (bytes.Length < payloadStart
            || Checksum.Of(bytes[4..payloadStart], seed) != BinaryPrimitives.ReadUInt32LittleEndian(bytes))
        {
            return FrameCheck.HeaderDamaged;
        }

        int total = frame.TotalBytes;
        if (bytes.Length < total
            || Checksum.Of(bytes[payloadStart..total], seed) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]))
        {
            return FrameCheck.PayloadDamaged;
        }

        return FrameCheck.Intact;
    }

    internal static long ReadUInt48(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes) | ((long)BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) << 32);

    internal static void WriteUInt48(Span<byte> bytes, long value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], (ushort)(value >> 32));
    }
}

/// <summary>What the checksums of a frame say.</summary>
internal enum FrameCheck
{
    /// <summary>All of it can be trusted.</summary>
    Intact,

    /// <summary>Lengths and key can be trusted, the rest cannot.</summary>
    PayloadDamaged,

    /// <summary>Nothing can be trusted.</summary>
    HeaderDamaged,
}
