namespace Thermocline.Sidecar.Governor.Sensing;

/// <summary>A memory cgroup of the unified hierarchy (Linux, admin-guide/cgroup-v2). Its files are read-only in a container.</summary>
internal sealed class CgroupV2 : ICgroup
{
    private readonly ProcText _current;
    private readonly ProcText? _max;
    private readonly ProcText? _stat;
    private readonly ProcText? _processes;
    private readonly ProcText? _events;
    private readonly ProcText? _pressure;

    private CgroupV2(string folder, ProcText current)
    {
        _current = current;
        _max = ProcText.TryOpen(Path.Combine(folder, "memory.max"));
        _processes = ProcText.TryOpen(Path.Combine(folder, "cgroup.procs"));
        _stat = ProcText.TryOpen(Path.Combine(folder, "memory.stat"));
        _events = ProcText.TryOpen(Path.Combine(folder, "memory.events"));
        _pressure = ProcText.TryOpen(Path.Combine(folder, "memory.pressure"));
    }

    public int Version => 2;

    /// <summary>The cgroup of a folder; null when it has no figures of memory (the root has none).</summary>
    public static CgroupV2? TryOpen(string folder) =>
        ProcText.TryOpen(Path.Combine(folder, "memory.current")) is { } current ? new CgroupV2(folder, current) : null;

    public CgroupReading Read()
    {
        long usage = _current.ReadNumber(0);
        long limit = _max?.ReadNumber(0) ?? 0;
        ReadOnlySpan<byte> stat = _stat is null ? [] : _stat.Read();
        long file = ProcText.Find(stat, "file "u8), inactive = ProcText.Find(stat, "inactive_file "u8);
        ReadOnlySpan<byte> events = _events is null ? [] : _events.Read();
        return new CgroupReading(
            usage, limit, file, inactive, ProcText.Find(events, "max "u8), ProcText.Find(events, "oom_kill "u8), _processes?.CountLines() ?? 0);
    }

    public bool TryReadStall(out long some, out long full)
    {
        some = full = 0;
        return _pressure is not null && PressureText.TryRead(_pressure.Read(), out some, out full);
    }

    public void Dispose()
    {
        _current.Dispose();
        _max?.Dispose();
        _stat?.Dispose();
        _processes?.Dispose();
        _events?.Dispose();
        _pressure?.Dispose();
    }
}
