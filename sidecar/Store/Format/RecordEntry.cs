namespace Thermocline.Store.Format;

/// <summary>What is said of a record in a chunk's entries.</summary>
[Flags]
internal enum RecordFlags : byte
{
    None = 0,
    Tombstone = 1,
    Expires = 2,
    Metadata = 4,

    /// <summary>The value is that of another record of the file, whose place stands in its stead.</summary>
    Duplicate = 8,

    /// <summary>The value is a quantised vector.</summary>
    Quantised = 16,

    /// <summary>The frame was a delta in the log: how many bytes it took there follows.</summary>
    Delta = 32,
}

/// <summary>One record of a chunk, without its key, metadata and value (docs/FORMAT.md, entries).</summary>
internal record struct RecordEntry
{
    public const int BytesMax = 1 + (8 * Varint.BytesMax);

    public RecordFlags Flags;
    public Codec Codec;
    public Address Address;
    public ulong Sequence;
    public int FrameBytes;

    /// <summary>Bytes from its address to that of the frame written after it.</summary>
    public int LogBytes;
    public int KeyLength;
    public int MetadataLength;
    public long WrittenAtMs;
    public long ExpiresAtMs;

    /// <summary>Bytes of the body in the chunk, without its checksum.</summary>
    public int StoredBytes;

    /// <summary>Writes the entry after the one before it and returns its length.</summary>
    public readonly int Write(Span<byte> destination, in RecordEntry before)
    {
        destination[0] = (byte)((byte)Flags | ((byte)Codec << 6));
        int at = 1;
        ulong skipped = Sequence - before.Sequence - 1;
        at += Varint.Write(destination[at..], skipped);
        if (skipped != 0)
            at += Varint.Write(destination[at..], (ulong)((Address.Offset - before.EndOffset) / Address.UnitBytes));
        at += Varint.Write(destination[at..], (ulong)(FrameBytes / Address.UnitBytes));
        if ((Flags & RecordFlags.Delta) != 0)
            at += Varint.Write(destination[at..], (ulong)(LogBytes / Address.UnitBytes));
        at += Varint.Write(destination[at..], (ulong)KeyLength);
        if ((Flags & RecordFlags.Metadata) != 0)
            at += Varint.Write(destination[at..], (ulong)MetadataLength);
        at += Varint.Write(destination[at..], Varint.ZigZag(WrittenAtMs - before.WrittenAtMs));
        if ((Flags & RecordFlags.Expires) != 0)
            at += Varint.Write(destination[at..], Varint.ZigZag(ExpiresAtMs - WrittenAtMs));
        return at + Varint.Write(destination[at..], (ulong)StoredBytes);
    }

    /// <summary>Takes the next entry off the front of the bytes; false when it cannot be one.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> source, in RecordEntry before, out RecordEntry entry)
    {
        entry = default;
        if (source.IsEmpty)
            return false;
        entry.Flags = (RecordFlags)(source[0] & 0x3F);
        entry.Codec = (Codec)(source[0] >> 6);
        source = source[1..];
        ulong gap = 0, log = 0, metadata = 0, expiry = 0;
        bool whole = Varint.TryRead(ref source, out ulong skipped)
            && (skipped == 0 || Varint.TryRead(ref source, out gap))
            && Varint.TryRead(ref source, out ulong units) & TryTake(units, Frame.ValueBytesCeiling, out entry.FrameBytes)
            && ((entry.Flags & RecordFlags.Delta) == 0 || Varint.TryRead(ref source, out log))
            && TryTake((entry.Flags & RecordFlags.Delta) == 0 ? units : log, Frame.ValueBytesCeiling, out entry.LogBytes)
            && Varint.TryRead(ref source, out ulong key) & TryTake(key, Limits.ComposedKeyBytesMax, out entry.KeyLength)
            && ((entry.Flags & RecordFlags.Metadata) == 0 || Varint.TryRead(ref source, out metadata))
            && TryTake(metadata, Limits.MetadataBytesMax, out entry.MetadataLength);
        if (!whole || !Varint.TryRead(ref source, out ulong written))
            return false;
        if ((entry.Flags & RecordFlags.Expires) != 0 && !Varint.TryRead(ref source, out expiry))
            return false;
        entry.Sequence = unchecked(before.Sequence + skipped + 1);
        entry.FrameBytes *= Address.UnitBytes;
        entry.LogBytes *= Address.UnitBytes;
        entry.Address = new Address(unchecked(before.EndAddress + gap));
        entry.WrittenAtMs = unchecked(before.WrittenAtMs + Varint.UnZigZag(written));
        bool expires = (entry.Flags & RecordFlags.Expires) != 0;
        entry.ExpiresAtMs = expires ? unchecked(entry.WrittenAtMs + Varint.UnZigZag(expiry)) : 0;
        return Varint.TryRead(ref source, out ulong stored)
            && TryTake(stored, ChunkHeader.PlainBytesMax, out entry.StoredBytes)
            && entry.FrameBytes <= ChunkHeader.PlainBytesMax
            && entry.LogBytes <= ChunkHeader.PlainBytesMax
            && entry.KeyLength > 0;
    }

    /// <summary>What the first entry of a chunk comes after.</summary>
    public static RecordEntry Before(Address first, ulong sequence, long baseMs) =>
        new() { Address = first, Sequence = unchecked(sequence - 1), WrittenAtMs = baseMs };

    private readonly long EndOffset => Address.Offset + LogBytes;

    private readonly ulong EndAddress => Address.Packed + (ulong)(LogBytes / Address.UnitBytes);

    private static bool TryTake(ulong value, int most, out int taken)
    {
        taken = (int)Math.Min(value, int.MaxValue / 16);
        return value <= (ulong)most;
    }
}
