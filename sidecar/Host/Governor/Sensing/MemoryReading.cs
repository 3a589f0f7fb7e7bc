namespace Thermocline.Sidecar.Governor.Sensing;

/// <summary>Memory at one moment, in bytes, as the operating system, the runtime and the ledger tell it.</summary>
internal readonly record struct MemoryReading
{
    /// <summary>Resident set of the process.</summary>
    public long Resident { get; init; }

    /// <summary>Of it, what no file stands behind: the kernel can only take it back by killing.</summary>
    public long Anonymous { get; init; }

    /// <summary>What the garbage collector holds from the system.</summary>
    public long ManagedCommitted { get; init; }

    /// <summary>Managed objects after the last collection, and what was allocated since.</summary>
    public long ManagedHeap { get; init; }

    /// <summary>What the ledger counts.</summary>
    public long Ledger { get; init; }

    /// <summary>Of it, outside the managed heap.</summary>
    public long Native { get; init; }

    /// <summary>The memory cgroup; all zero where there is none with a limit or figures.</summary>
    public CgroupReading Cgroup { get; init; }

    /// <summary>Time that some task of the cgroup, or of the machine, stood still for want of memory, in microseconds since it exists.</summary>
    public long StallSomeUs { get; init; }

    /// <summary>Time that all of them did.</summary>
    public long StallFullUs { get; init; }

    /// <summary>Whether the stalls are those of the whole machine, because the kernel does not count them for the cgroup.</summary>
    public bool StallsAreOfMachine { get; init; }

    /// <summary>
    /// Whether stalls tell that the hot tier should give way. Inside a limited cgroup those of the machine do not: they are the
    /// kernel's own work on page cache at the limit, which a smaller tier does not lessen, or somebody else's.
    /// </summary>
    public bool StallsSteer => !StallsAreOfMachine || Cgroup.Limit == 0 || !Cgroup.IsOurs;

    /// <summary>
    /// What is compared with the marks: the resident set, or all that a cgroup of our own is charged with except the page
    /// cache, where that is more (it has the kernel's share too).
    /// </summary>
    public long Used => Cgroup.IsOurs ? Math.Max(Resident, Cgroup.Usage - Cgroup.File) : Resident;

    /// <summary>Working set as the kubelet computes it.</summary>
    public long WorkingSet => Cgroup.IsOurs ? Math.Max(0, Cgroup.Usage - Cgroup.InactiveFile) : Resident;

    /// <summary>Anonymous memory that neither the collector nor the ledger knows of: stacks, code, native libraries, fragments.</summary>
    public long Unexplained => Math.Max(0, Anonymous - ManagedCommitted - Native);
}
