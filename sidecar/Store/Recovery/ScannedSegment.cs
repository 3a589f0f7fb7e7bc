using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Recovery;

/// <summary>One item of a scan, without its bytes.</summary>
internal readonly record struct ScannedItem(
    ScanKind Kind, long Offset, long Length, ulong Sequence, long Synced, bool BatchContinues, ulong PreviousTag);

/// <summary>All items of a segment and where the frames end.</summary>
/// <param name="Items">In order.</param>
/// <param name="End">After the last item.</param>
/// <param name="RestBytes">Bytes after it that are not zero.</param>
internal sealed record ScannedSegment(List<ScannedItem> Items, long End, long RestBytes)
{
    /// <summary>Reads a whole segment.</summary>
    public static ScannedSegment Scan(Segment segment, long end)
    {
        var scanner = new FrameScanner(segment.File, segment.Header, end);
        var items = new List<ScannedItem>();
        while (scanner.MoveNext())
        {
            if (scanner.Kind == ScanKind.DamagedStretch)
            {
                items.Add(new ScannedItem(scanner.Kind, scanner.Offset, scanner.Length, 0, 0, false, 0));
                continue;
            }

            Frame frame = scanner.Frame;
            items.Add(new ScannedItem(
                scanner.Kind, scanner.Offset, scanner.Length, frame.Sequence, frame.SyncedBytes, frame.BatchContinues,
                frame.PreviousTag));
        }

        return new ScannedSegment(items, scanner.Position, scanner.RestBytes());
    }

    /// <summary>
    /// The items that a crash left whole: below the highest synced mark everything counts (what fails there is damage);
    /// beyond it the first failure ends the log, at the start of its batch.
    /// </summary>
    public int CountAfterCrash()
    {
        long synced = 0;
        foreach (ScannedItem item in Items)
            synced = Math.Max(synced, item.Kind == ScanKind.DamagedStretch ? 0 : item.Synced);
        int count = 0;
        while (count < Items.Count && (Items[count].Kind == ScanKind.Frame || Items[count].Offset < synced))
            count++;
        while (count > 0 && Items[count - 1].BatchContinues && Items[count - 1].Offset >= synced)
            count--;
        return count;
    }
}
