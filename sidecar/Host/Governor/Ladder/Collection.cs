using Thermocline.Store;

namespace Thermocline.Sidecar.Governor.Ladder;

/// <summary>Garbage collection as a step: compacting, and giving the memory back to the system.</summary>
internal static class Collection
{
    // All threads stand still for it: less garbage than this is not worth it.
    private const long GarbageMin = 8 << 20;

    /// <summary>Collects when there is enough garbage to be worth it.</summary>
    public static Relief Run(bool anyway)
    {
        GCMemoryInfo last = GC.GetGCMemoryInfo(GCKind.Any);
        long live = last.HeapSizeBytes - last.FragmentedBytes;
        long garbage = Math.Max(last.TotalCommittedBytes, GC.GetTotalMemory(false)) - live;
        if (!anyway && garbage < GarbageMin)
            return new Relief(0, $"{garbage >> 20} MiB of garbage are not worth a pause");
        TimeSpan before = GC.GetTotalPauseDuration();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        StoreMemory.ReturnFreedMemory();
        TimeSpan pause = GC.GetTotalPauseDuration() - before;
        long after = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        return new Relief(Math.Max(0, last.TotalCommittedBytes - after), $"all threads stood still for {pause.TotalMilliseconds:0} ms");
    }
}
