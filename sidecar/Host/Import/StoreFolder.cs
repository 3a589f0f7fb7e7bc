using System.Security.Cryptography;
using Thermocline.Contract.Configuration;
using Thermocline.Memory;
using Thermocline.Memory.Ids;
using Thermocline.Sidecar.Governor.Planning;
using Thermocline.Store;
using Thermocline.Store.Files;

namespace Thermocline.Sidecar.Import;

/// <summary>A data folder opened by this process alone.</summary>
internal sealed class StoreFolder : IDisposable
{
    private const long HotBytesMax = 64L << 20;

    private StoreFolder(TieredStore store, Memories memories, TimeSpan openedIn)
    {
        Store = store;
        Memories = memories;
        OpenedIn = openedIn;
    }

    public TieredStore Store { get; }

    public Memories Memories { get; }

    public TimeSpan OpenedIn { get; }

    /// <summary>Opens a folder with the sizes of the default budget.</summary>
    /// <exception cref="StoreException">Locked by a running sidecar, or the disk failed.</exception>
    public static StoreFolder Open(string path, TimeProvider time)
    {
        BudgetPlan sizes = BudgetPlan.Of(new BudgetConfiguration(), containerLimit: 0);
        var options = new StoreOptions
        {
            // An import reads little of what it writes: the RAM is left to the programs beside it.
            HotBytes = HotBytesMax,
            SegmentBytes = sizes.SegmentBytes,
            PendingBytesMax = sizes.PendingBytes,
        };
        long started = time.GetTimestamp();
        TieredStore store = TieredStore.Open(options, new DiskFiles(Path.GetFullPath(path)), time);
        TimeSpan took = time.GetElapsedTime(started);
        return new StoreFolder(store, new Memories(store, time, new IdSource(time, RandomNumberGenerator.Fill), options.ValueBytesMax), took);
    }

    /// <summary>Bytes of all files below a folder; 0 when there is none.</summary>
    public static long BytesOnDisk(string path)
    {
        var folder = new DirectoryInfo(path);
        return folder.Exists ? folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : 0;
    }

    public void Dispose()
    {
        Memories.Dispose();
        Store.Dispose();
    }
}
