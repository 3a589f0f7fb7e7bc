namespace Thermocline.Testing.Cgroups;

/// <summary>What the two versions of the memory controller call their files and figures.</summary>
internal sealed record CgroupFiles(
    string Limit, string Usage, string MaxUsage, string OomEvents, string InactiveFile, string Anonymous, string Swap, string NoSwap)
{
    public const string Processes = "cgroup.procs";
    public const string Stat = "memory.stat";
    public const string OomKill = "oom_kill";

    public static readonly CgroupFiles V1 = new(
        "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control",
        "total_inactive_file", "total_rss", "memory.swappiness", "0");

    public static readonly CgroupFiles V2 = new(
        "memory.max", "memory.current", "memory.peak", "memory.events", "inactive_file", "anon", "memory.swap.max", "0");
}
