namespace Thermocline.Contract.Status;

/// <summary>Memory at the last look, in bytes. Figures of the cgroup are 0 where there is none.</summary>
public sealed record PressureMemory
{
    /// <summary>Resident set of the process.</summary>
    public long ResidentBytes { get; init; }

    /// <summary>Of it, what no file stands behind.</summary>
    public long AnonymousBytes { get; init; }

    /// <summary>Managed objects, garbage not yet collected included.</summary>
    public long ManagedBytes { get; init; }

    /// <summary>What the garbage collector holds from the system.</summary>
    public long ManagedCommittedBytes { get; init; }

    /// <summary>What the components count outside the managed heap.</summary>
    public long NativeBytes { get; init; }

    /// <summary>What the components count in all.</summary>
    public long LedgerBytes { get; init; }

    /// <summary>Anonymous memory that nobody counts: stacks, code, native libraries, fragments.</summary>
    public long UnexplainedBytes { get; init; }

    /// <summary>What the cgroup is charged with.</summary>
    public long CgroupUsageBytes { get; init; }

    /// <summary>Its limit.</summary>
    public long CgroupLimitBytes { get; init; }

    /// <summary>Working set as the kubelet computes it: the usage without inactive page cache.</summary>
    public long WorkingSetBytes { get; init; }

    /// <summary>How often the cgroup reached its limit.</summary>
    public long LimitHits { get; init; }

    /// <summary>Processes of the cgroup that the kernel killed.</summary>
    public long OomKills { get; init; }

    /// <summary>Seconds that some task stood still for want of memory.</summary>
    public double StallSeconds { get; init; }

    /// <summary>Seconds that all tasks did.</summary>
    public double FullStallSeconds { get; init; }
}
