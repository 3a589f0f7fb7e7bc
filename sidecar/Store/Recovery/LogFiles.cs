using Thermocline.Store.Files;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;
using Thermocline.Store.Records;

namespace Thermocline.Store.Recovery;

/// <summary>
/// Finds the files of the log. Where a crash left both a file and what it was packed from, the packed one counts, because
/// it got its name when it was whole; the others are deleted.
/// </summary>
internal static class LogFiles
{
    /// <summary>The files in order of their numbers, none covering another's.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static List<ISegment> Find(IFiles files, PackedShare share, RemoteChunks remote, DamageLog damages)
    {
        List<ISegment> found = List(files, share, remote);
        // The wider first, and of equals the whole packed file, the stub, the raw segment.
        found.Sort(static (left, right) =>
            left.First != right.First ? left.First.CompareTo(right.First)
            : left.Last != right.Last ? right.Last.CompareTo(left.Last)
            : RankOf(left).CompareTo(RankOf(right)));
        var kept = new List<ISegment>(found.Count);
        foreach (ISegment segment in found)
        {
            if (kept.Count == 0 || segment.First > kept[^1].Last)
            {
                kept.Add(segment);
                continue;
            }

            if (IsWhole(kept[^1]))
            {
                Delete(files, segment);
                continue;
            }

            // The file that covers this one cannot be read: what it was made from is better than nothing.
            damages.Add(new Damage(kept[^1].Path, 0, 0, "packed segment; the files it was packed from are used instead"));
            kept[^1].Dispose();
            kept[^1] = segment;
        }

        return kept;
    }

    private static List<ISegment> List(IFiles files, PackedShare share, RemoteChunks remote)
    {
        var found = new List<ISegment>();
        foreach ((string folder, string name) in SegmentNames.List(files))
        {
            string path = $"{folder}/{name}";
            if (SegmentNames.TryParse(name, out int number))
                found.Add(new Segment(files, number, path));
            else if (PackedNames.TryParse(name, PackedNames.Suffix, out int first, out int last))
                found.Add(new PackedSegment(files, share, first, last, path, null));
            else if (PackedNames.TryParse(name, PackedNames.StubSuffix, out first, out last))
                found.Add(new PackedSegment(files, share, first, last, path, remote));
            else if (IsUnfinished(name))
                files.Delete(path);
        }

        return found;
    }

    private static bool IsUnfinished(string name) =>
        PackedNames.TryParse(name, PackedNames.UnfinishedSuffix, out _, out _)
        || PackedNames.TryParse(name, PackedNames.FetchedSuffix, out _, out _);

    private static int RankOf(ISegment segment) => segment switch
    {
        PackedSegment { IsStub: false } => 0,
        PackedSegment => 1,
        _ => 2,
    };

    private static bool IsWhole(ISegment segment)
    {
        try
        {
            return segment is not PackedSegment packed || packed.Directory.Chunks >= 0;
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            return false;
        }
    }

    private static void Delete(IFiles files, ISegment segment)
    {
        segment.Dispose();
        files.Delete(segment.Path);
        files.SyncDirectory(RelativePath.Parent(segment.Path));
    }
}
