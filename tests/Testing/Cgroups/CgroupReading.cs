namespace Thermocline.Testing.Cgroups;

/// <summary>What the kernel says of a memory cgroup at one moment, in bytes.</summary>
/// <param name="UsageBytes">Everything charged: anonymous memory, page cache, kernel memory.</param>
/// <param name="InactiveFileBytes">Page cache the kernel drops first.</param>
/// <param name="AnonymousBytes">Memory that no file stands behind.</param>
/// <param name="LimitBytes">The limit in force.</param>
/// <param name="MaxUsageBytes">The most usage there ever was; 0 where the kernel does not say.</param>
/// <param name="OomKills">Processes killed for want of memory.</param>
public readonly record struct CgroupReading(
    long UsageBytes, long InactiveFileBytes, long AnonymousBytes, long LimitBytes, long MaxUsageBytes, long OomKills)
{
    /// <summary>As the kubelet computes it: what is used less what can be dropped at once.</summary>
    public long WorkingSetBytes => Math.Max(0, UsageBytes - InactiveFileBytes);
}
