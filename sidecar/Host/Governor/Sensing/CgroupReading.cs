namespace Thermocline.Sidecar.Governor.Sensing;

/// <summary>One look at a memory cgroup, in bytes. All zero where there is none.</summary>
/// <param name="Usage">All it is charged with, page cache and kernel memory included.</param>
/// <param name="Limit">Its limit, or 0 for none.</param>
/// <param name="File">Of the usage, page cache.</param>
/// <param name="InactiveFile">Of that, what was not used lately.</param>
/// <param name="LimitHits">How often the limit was reached and memory had to be reclaimed.</param>
/// <param name="OomKills">Processes killed.</param>
/// <param name="Processes">Processes in it.</param>
internal readonly record struct CgroupReading(
    long Usage, long Limit, long File, long InactiveFile, long LimitHits, long OomKills, int Processes)
{
    // A container of ours has one process, and a probe or a shell beside it now and then.
    private const int OwnMax = 3;

    /// <summary>Whether what it is charged with is this process's doing. Outside a container it may hold a whole session.</summary>
    public bool IsOurs => Processes is > 0 and <= OwnMax;
}
