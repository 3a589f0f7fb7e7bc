using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Recovery;

/// <summary>Reads a whole log and names everything that fails a checksum.</summary>
internal static class Verification
{
    private const int EntriesMax = 1000;

    /// <param name="segments">All segments.</param>
    /// <param name="sealedThrough">Segments up to this number were sealed when the store was opened.</param>
    /// <param name="end">Where the log ends.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static IReadOnlyList<Damage> Run(
        Segment[] segments, int sealedThrough, Address end, CancellationToken cancellation)
    {
        var found = new List<Damage>();
        foreach (Segment segment in segments)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                Check(segment, segment.Number <= sealedThrough, end, found, cancellation);
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
            {
                found.Add(new Damage(segment.Path, failure.Offset, 0, failure.Message));
            }

            if (found.Count >= EntriesMax)
                break;
        }

        return found.Count > EntriesMax ? found[..EntriesMax] : found;
    }

    private static void Check(
        Segment segment, bool mustBeSealed, Address end, List<Damage> found, CancellationToken cancellation)
    {
        Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
        int read = segment.Read(header, 0);
        SegmentHeader.TryRead(header[..read], out _, out int badCopy);
        if (badCopy >= 0)
            found.Add(new Damage(segment.Path, badCopy, SegmentHeader.Bytes / 2, "one copy of the segment header"));

        // The open segment ends where the log ends; those behind it may still wait for the sealer.
        bool isOpen = segment.Number == end.Segment;
        bool isSealed = segment.TryReadTrailer(out SegmentTrailer trailer);
        long framesEnd = isOpen ? end.Offset : isSealed ? trailer.FramesEnd : segment.Length;
        CheckFrames(segment, framesEnd, isOpen || isSealed, found, cancellation);
        if (isSealed)
            CheckTable(segment, trailer, found);
        else if (mustBeSealed)
            found.Add(new Damage(segment.Path, segment.Length - SegmentTrailer.Bytes, SegmentTrailer.Bytes, "segment trailer"));
    }

    private static void CheckFrames(
        Segment segment, long framesEnd, bool endIsKnown, List<Damage> found, CancellationToken cancellation)
    {
        var scanner = new FrameScanner(segment.File, segment.Header, framesEnd);
        while (scanner.MoveNext() && found.Count < EntriesMax)
        {
            cancellation.ThrowIfCancellationRequested();
            if (scanner.Kind != ScanKind.Frame)
                found.Add(new Damage(segment.Path, scanner.Offset, scanner.Length, "frame"));
        }

        if (endIsKnown && scanner.Position < framesEnd)
            found.Add(new Damage(segment.Path, scanner.Position, framesEnd - scanner.Position, "frame"));
    }

    private static void CheckTable(Segment segment, in SegmentTrailer trailer, List<Damage> found)
    {
        var block = new byte[KeyBlock.Bytes];
        for (int i = 0; i < trailer.KeyBlocks; i++)
        {
            long offset = trailer.FramesEnd + ((long)i * KeyBlock.Bytes);
            if (segment.Read(block, offset) != KeyBlock.Bytes || !KeyBlock.IsIntact(block, segment.Seed))
                found.Add(new Damage(segment.Path, offset, KeyBlock.Bytes, "key table block"));
        }
    }
}
