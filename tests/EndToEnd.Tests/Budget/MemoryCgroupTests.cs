using Thermocline.Testing;
using Thermocline.Testing.Cgroups;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Budget;

/// <summary>The limit is the kernel's, not ours: what passes it dies.</summary>
public sealed class MemoryCgroupTests
{
    private const long Limit = 24L << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_that_takes_more_than_the_limit_is_killed_and_counted()
    {
        using MemoryCgroup group = MemoryCgroup.Need("killed", Limit);
        Assert.Equal((Limit, 0L), (group.Read().LimitBytes, group.Read().OomKills));
        // tail keeps the whole line, which has no end.
        await using SidecarProcess greedy = SidecarProcess.Start(
            group.Around(new SidecarProgram("/bin/sh", ["-c"])), ["head -c 100m /dev/zero | tail -n 1 > /dev/null"]);
        await greedy.ExitAsync(Cancellation);
        CgroupReading after = group.Read();
        Assert.Equal(1, after.OomKills);
        Assert.InRange(after.MaxUsageBytes, Limit / 2, Limit);
    }

    [Fact]
    public async Task A_process_that_stays_below_it_lives_and_the_group_goes_away_at_the_end()
    {
        string folder;
        using (MemoryCgroup group = MemoryCgroup.Need("lives", Limit))
        {
            folder = group.Folder;
            await using SidecarProcess modest = SidecarProcess.Start(group.Around(new SidecarProgram("/bin/sh", ["-c"])), ["cat /proc/self/cgroup"]);
            Assert.Equal(0, await modest.ExitAsync(Cancellation));
            Assert.Contains(Path.GetFileName(folder), modest.Output, StringComparison.Ordinal);
            Assert.Equal(0, group.Read().OomKills);
            group.SetLimit(2 * Limit);
            Assert.Equal(2 * Limit, group.Read().LimitBytes);
        }

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void The_unified_hierarchy_comes_first_where_it_hands_the_controller_down()
    {
        using var root = new TempFolder();
        string slice = Directory.CreateDirectory(root.Combine("a.slice")).FullName;
        Directory.CreateDirectory(Path.Combine(slice, "b.scope"));
        File.WriteAllText(Path.Combine(slice, "cgroup.subtree_control"), "cpu memory\n");
        File.WriteAllText(Path.Combine(slice, "b.scope", "cgroup.subtree_control"), "\n");
        string[] mounts =
        [
            $"30 25 0:26 / {root.Path} rw,nosuid - cgroup2 cgroup2 rw",
            $"31 25 0:27 / {root.Path} rw - cgroup cgroup rw,memory",
        ];
        CgroupPlace place = CgroupPlace.Find(mounts, ["4:memory:/a.slice", "0::/a.slice/b.scope"], out _)!;
        Assert.Equal((CgroupFiles.V2, slice), (place.Files, place.Folder));
        using MemoryCgroup group = MemoryCgroup.Create(place, "v2", 7 << 20, out _)!;
        File.WriteAllText(Path.Combine(group.Folder, "memory.current"), "5000\n");
        File.WriteAllText(Path.Combine(group.Folder, "memory.stat"), "anon 1000\ninactive_file 1500\n");
        File.WriteAllText(Path.Combine(group.Folder, "memory.events"), "max 3\noom_kill 2\n");
        CgroupReading read = group.Read();
        Assert.Equal(new CgroupReading(5000, 1500, 1000, 7 << 20, 0, 2), read);
        Assert.Equal(3500, read.WorkingSetBytes);
        Directory.Delete(group.Folder, recursive: true);
    }

    [Fact]
    public void In_a_container_the_path_of_the_group_starts_above_the_mount()
    {
        using var root = new TempFolder();
        string inner = Directory.CreateDirectory(root.Combine("inner")).FullName;
        string[] mounts = [$"31 25 0:27 /docker/abc {root.Path} rw - cgroup cgroup rw,memory"];
        CgroupPlace place = CgroupPlace.Find(mounts, ["7:cpu:/x", "4:memory:/docker/abc/inner"], out _)!;
        Assert.Equal((CgroupFiles.V1, inner), (place.Files, place.Folder));
        Assert.Null(CgroupPlace.Find(["30 25 0:26 / /nowhere rw - cgroup2 cgroup2 rw"], ["0::/"], out string missing));
        Assert.Contains("memory controller", missing, StringComparison.Ordinal);
    }
}
