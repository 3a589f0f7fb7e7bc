using Thermocline.Store.Files;
using Thermocline.Store.Format;

namespace Thermocline.Store.Log;

/// <summary>Seals a segment: writes its key table and trailer after the last frame.</summary>
internal static class KeyTableWriter
{
    private const int BufferBlocks = 64;

    /// <summary>Cuts the file after its frames, writes table and trailer, and syncs. Repeating it is harmless.</summary>
    public static SegmentTrailer Seal(IFile file, in SegmentHeader header, in FramesSummary frames, IKeyCursor keys)
    {
        file.SetLength(frames.End);
        var buffer = new byte[BufferBlocks * KeyBlock.Bytes];
        long offset = frames.End;
        int filled = 0, blocks = 0;
        var previous = new byte[Limits.ComposedKeyBytesMax];
        bool more = keys.MoveNext();
        while (more)
        {
            more = FillBlock(buffer.AsSpan(filled, KeyBlock.Bytes), keys, previous, header.Seed);
            blocks++;
            filled += KeyBlock.Bytes;
            if (filled == buffer.Length)
            {
                file.Write(buffer, offset);
                offset += filled;
                filled = 0;
            }
        }

        // The trailer goes with the last blocks in one write; until it is there the segment counts as unsealed.
        var trailer = new SegmentTrailer(
            header.Number, frames.LastSequence, frames.Count, (int)frames.End, blocks, frames.LastTag);
        var last = new byte[filled + SegmentTrailer.Bytes];
        buffer.AsSpan(0, filled).CopyTo(last);
        trailer.Write(last.AsSpan(filled), header.Seed);
        file.Write(last, offset);
        file.Flush();
        return trailer;
    }

    private static bool FillBlock(Span<byte> block, IKeyCursor keys, Span<byte> previous, uint seed)
    {
        var writer = new KeyBlock.Writer(block);
        int previousLength = 0;
        bool more = true;
        while (more && writer.TryAdd(previous[..previousLength], keys.Key, keys.Entry))
        {
            keys.Key.CopyTo(previous);
            previousLength = keys.Key.Length;
            more = keys.MoveNext();
        }

        writer.Finish(seed);
        return more;
    }
}
