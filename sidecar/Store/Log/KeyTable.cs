using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>The key table of a sealed raw segment, read from disk a block at a time.</summary>
internal sealed class KeyTable(Segment segment, SegmentTrailer trailer) : IKeySource, IKeyBlocks
{
    /// <summary>What the segment says of itself.</summary>
    public SegmentTrailer Trailer { get; } = trailer;

    public int Count => Trailer.KeyBlocks;

    /// <exception cref="StoreException">Damaged: a block failed its checksum.</exception>
    public IKeyCursor Seek(ReadOnlySpan<byte> key) => KeyBlockCursor.Before(this, key);

    public void Load(int number, KeyRows rows)
    {
        long offset = Trailer.FramesEnd + ((long)number * KeyBlock.Bytes);
        var block = new byte[KeyBlock.Bytes];
        if (segment.Read(block, offset) != KeyBlock.Bytes || !KeyBlock.IsIntact(block, segment.Seed))
            throw segment.Damaged(offset, "key table block");
        var reader = new KeyBlock.Reader(block, Trailer.Number, new byte[Limits.ComposedKeyBytesMax]);
        while (reader.MoveNext())
            rows.Add(reader.Key, reader.Entry);
    }
}
