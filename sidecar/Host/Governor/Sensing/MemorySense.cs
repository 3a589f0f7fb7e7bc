using Thermocline.Store.Accounting;

namespace Thermocline.Sidecar.Governor.Sensing;

/// <summary>
/// Reads the memory of this process: the kernel's files, the collector and the ledger. A look takes some tens of
/// microseconds and allocates next to nothing (the collector's answer is an object). One caller at a time.
/// </summary>
internal sealed class MemorySense : IDisposable
{
    private const long Kibibyte = 1024;
    private readonly ProcText? _status;
    private readonly ProcText? _machinePressure;
    private readonly ICgroup? _cgroup;

    /// <param name="root">The root of the file system, other than <c>/</c> in tests.</param>
    public MemorySense(string root = "/")
    {
        _status = ProcText.TryOpen(Path.Combine(root, "proc/self/status"));
        _machinePressure = ProcText.TryOpen(Path.Combine(root, "proc/pressure/memory"));
        _cgroup = CgroupFinder.Find(root);
    }

    /// <summary>Takes a look.</summary>
    public MemoryReading Read(MemoryLedger ledger)
    {
        ReadOnlySpan<byte> status = _status is null ? [] : _status.Read();
        long resident = ProcText.Find(status, "VmRSS:"u8) * Kibibyte;
        long anonymous = (ProcText.Find(status, "RssAnon:"u8) + ProcText.Find(status, "RssShmem:"u8)) * Kibibyte;
        long some = 0, full = 0;
        bool ofMachine = _cgroup is null || !_cgroup.TryReadStall(out some, out full);
        if (ofMachine)
            _ = _machinePressure is not null && PressureText.TryRead(_machinePressure.Read(), out some, out full);
        long heap = GC.GetTotalMemory(forceFullCollection: false);
        return new MemoryReading
        {
            Resident = resident > 0 ? resident : Environment.WorkingSet,
            Anonymous = anonymous,
            // What is committed is told as of the last collection.
            ManagedCommitted = Math.Max(heap, GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes),
            ManagedHeap = heap,
            Ledger = ledger.Bytes,
            Native = ledger.NativeBytes,
            Cgroup = _cgroup?.Read() ?? default,
            StallSomeUs = some,
            StallFullUs = full,
            StallsAreOfMachine = ofMachine,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _status?.Dispose();
        _machinePressure?.Dispose();
        _cgroup?.Dispose();
    }
}
