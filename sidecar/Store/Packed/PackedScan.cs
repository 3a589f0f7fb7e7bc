using System.Buffers;
using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Packed;

/// <summary>Walks over every record of a packed segment.</summary>
internal static class PackedScan
{
    /// <summary>The keys of a segment, made again from its records. Damaged chunks are reported and left out.</summary>
    public static TailKeys Keys(PackedSegment segment, Action<Damage> report)
    {
        var keys = new TailKeys();
        for (int chunk = 0; chunk < segment.Directory.Chunks; chunk++)
        {
            try
            {
                AddKeys(segment, chunk, keys);
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
            {
                report(new Damage(segment.Path, failure.Offset, 0, "chunk"));
            }
        }

        return keys;
    }

    /// <summary>Restores every record of a chunk.</summary>
    /// <exception cref="StoreException">Damaged, or the world failed.</exception>
    public static void CheckChunk(PackedSegment segment, int chunk) => AddKeys(segment, chunk, new TailKeys());

    private static void AddKeys(PackedSegment segment, int chunk, TailKeys keys)
    {
        ChunkView view = segment.View(chunk, segment.ReadChunk(chunk));
        ChunkView.Walk walk = view.GetEnumerator();
        while (walk.MoveNext())
        {
            RecordEntry entry = walk.Current;
            byte[] frame = segment.FrameOf(chunk, view, entry, walk.BodyStart, allowDuplicate: true);
            bool tombstone = (entry.Flags & RecordFlags.Tombstone) != 0;
            keys.Append(new Frame(frame).Key, new KeyEntry(
                entry.Address, tombstone ? FrameFlags.Tombstone : FrameFlags.None, tombstone ? 0 : entry.ExpiresAtMs));
            ArrayPool<byte>.Shared.Return(frame);
        }
    }
}
