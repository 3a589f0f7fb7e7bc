using Thermocline.Store.Format;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;

namespace Thermocline.Store.Recovery;

/// <summary>Reads a whole log and names everything that fails a checksum.</summary>
internal static class Verification
{
    private const int EntriesMax = 1000;

    /// <param name="log">The log.</param>
    /// <param name="sealedThrough">Segments up to this number were sealed when the store was opened.</param>
    /// <param name="end">Where the log ends.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static IReadOnlyList<Damage> Run(
        LogReader log, int sealedThrough, Address end, CancellationToken cancellation)
    {
        var found = new List<Damage>();
        LogView view = log.View;
        foreach (ISegment segment in view.Segments)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if (segment is PackedSegment packed)
                    CheckPacked(packed, found, cancellation);
                else if (segment is Segment raw)
                    CheckRaw(raw, raw.Number <= sealedThrough, end, found, cancellation);
            }
            catch (ObjectDisposedException) when (log.View != view)
            {
                // Packed meanwhile: every record was read and compared for that.
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

    private static void CheckRaw(
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

    /// <summary>Reads every record, every key and the filter. Chunks in the cold store are left out: they cost money.</summary>
    private static void CheckPacked(PackedSegment segment, List<Damage> found, CancellationToken cancellation)
    {
        Span<byte> header = stackalloc byte[PackedHeader.Bytes];
        int read = segment.Read(header, 0);
        PackedHeader.TryRead(header[..read], out _, out int badCopy);
        if (badCopy >= 0)
            found.Add(new Damage(segment.Path, badCopy, PackedHeader.Bytes / 2, "one copy of the segment header"));
        for (int chunk = 0; chunk < segment.Directory.Chunks && !segment.IsStub && found.Count < EntriesMax; chunk++)
        {
            cancellation.ThrowIfCancellationRequested();
            CheckPart(segment, "chunk", found, () => PackedScan.CheckChunk(segment, chunk));
        }

        var rows = new KeyRows();
        var keys = new PackedKeys(segment);
        for (int block = 0; block < keys.Count && found.Count < EntriesMax; block++)
        {
            rows.Clear();
            CheckPart(segment, "key block", found, () => keys.Load(block, rows));
        }

        CheckPart(segment, "directory or trailer", found, segment.Content.CheckDirectories);
        CheckPart(segment, "filter", found, segment.Content.CheckFilter);
        foreach (DictionaryPlace place in segment.Directory.Dictionaries)
        {
            if (!segment.Content.IsWhole(place))
                found.Add(new Damage(segment.Path, place.Offset, 2L * place.StoredBytes, "dictionary (one copy at least)"));
        }
    }

    private static void CheckPart(PackedSegment segment, string what, List<Damage> found, Action check)
    {
        try
        {
            check();
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            found.Add(new Damage(segment.Path, failure.Offset, 0, what));
        }
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
