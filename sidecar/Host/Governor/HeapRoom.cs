namespace Thermocline.Sidecar.Governor;

/// <summary>
/// Makes room in the heap for what only reads, so that reads go on when memory is short. At the heap's limit an allocation fails
/// although there is garbage, when writers take what was freed before the reader can: a collection, and the reader tries once more.
/// </summary>
internal static class HeapRoom
{
    private static readonly Lock Collecting = new();

    /// <summary>Collects everything, on the caller's thread. Who waits for another's collection has had one.</summary>
    public static void Make()
    {
        int before = GC.CollectionCount(GC.MaxGeneration);
        lock (Collecting)
        {
            if (GC.CollectionCount(GC.MaxGeneration) == before)
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        }
    }
}
