namespace Thermocline.Sidecar.Governor.Sensing;

/// <summary>A memory cgroup of the old hierarchy (Linux, admin-guide/cgroup-v1/memory). It counts no pressure.</summary>
internal sealed class CgroupV1 : ICgroup
{
    // "No limit" is the largest multiple of a page below 2^63; nothing real comes near.
    private const long Unlimited = 1L << 60;
    private readonly ProcText _usage;
    private readonly ProcText? _limit;
    private readonly ProcText? _stat;
    private readonly ProcText? _processes;
    private readonly ProcText? _hits;
    private readonly ProcText? _oom;

    private CgroupV1(string folder, ProcText usage)
    {
        _usage = usage;
        _limit = ProcText.TryOpen(Path.Combine(folder, "memory.limit_in_bytes"));
        _processes = ProcText.TryOpen(Path.Combine(folder, "cgroup.procs"));
        _stat = ProcText.TryOpen(Path.Combine(folder, "memory.stat"));
        _hits = ProcText.TryOpen(Path.Combine(folder, "memory.failcnt"));
        _oom = ProcText.TryOpen(Path.Combine(folder, "memory.oom_control"));
    }

    public int Version => 1;

    /// <summary>The cgroup of a folder; null when it has no figures of memory.</summary>
    public static CgroupV1? TryOpen(string folder) =>
        ProcText.TryOpen(Path.Combine(folder, "memory.usage_in_bytes")) is { } usage ? new CgroupV1(folder, usage) : null;

    public CgroupReading Read()
    {
        long usage = _usage.ReadNumber(0);
        long limit = _limit?.ReadNumber(0) ?? 0;
        ReadOnlySpan<byte> stat = _stat is null ? [] : _stat.Read();
        // The limit that counts is the least of this cgroup's and those above it.
        long above = ProcText.Find(stat, "hierarchical_memory_limit "u8);
        if (above > 0 && (limit <= 0 || above < limit))
            limit = above;
        long file = ProcText.Find(stat, "total_cache "u8), inactive = ProcText.Find(stat, "total_inactive_file "u8);
        long kills = _oom is null ? 0 : ProcText.Find(_oom.Read(), "oom_kill "u8);
        return new CgroupReading(
            usage, limit >= Unlimited ? 0 : limit, file, inactive, _hits?.ReadNumber(0) ?? 0, kills, _processes?.CountLines() ?? 0);
    }

    public bool TryReadStall(out long some, out long full)
    {
        some = full = 0;
        return false;
    }

    public void Dispose()
    {
        _usage.Dispose();
        _limit?.Dispose();
        _stat?.Dispose();
        _processes?.Dispose();
        _hits?.Dispose();
        _oom?.Dispose();
    }
}
