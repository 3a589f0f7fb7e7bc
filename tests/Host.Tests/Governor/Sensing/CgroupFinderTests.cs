using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Store.Accounting;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Governor.Sensing;

public sealed class CgroupFinderTests : IDisposable
{
    private readonly TempFolder _root = new();

    [Fact]
    public void The_unified_hierarchy_is_read_as_a_container_sees_it()
    {
        Write("proc/self/cgroup", "0::/\n");
        Write("proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup ro\n");
        WriteV2("sys/fs/cgroup", "268435456");
        using var sense = new MemorySense(_root.Path);
        MemoryReading reading = sense.Read(new MemoryLedger());
        Assert.Equal(new CgroupReading(200_000_000, 268_435_456, 60_000_000, 40_000_000, 7, 1, 1), reading.Cgroup);
        Assert.Equal(160_000_000, reading.WorkingSet);
        Assert.Equal(1_234, reading.StallSomeUs);
        Assert.Equal(567, reading.StallFullUs);
    }

    [Fact]
    public void Without_a_limit_the_unified_hierarchy_says_max()
    {
        Write("proc/self/cgroup", "0::/pod/container\n");
        Write("proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
        WriteV2("sys/fs/cgroup/pod/container", "max");
        using ICgroup? found = CgroupFinder.Find(_root.Path);
        Assert.Equal(2, found!.Version);
        Assert.Equal(0, found.Read().Limit);
        Assert.Equal(200_000_000, found.Read().Usage);
    }

    [Fact]
    public void A_hybrid_machine_has_its_memory_in_the_old_hierarchy()
    {
        Write("proc/self/cgroup", "4:memory:/jobs/one\n3:cpuset:/\n0::/\n");
        Write("proc/self/mountinfo",
            "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n");
        Write("sys/fs/cgroup/unified/cgroup.procs", "");
        const string Folder = "sys/fs/cgroup/memory/jobs/one/";
        Write(Folder + "memory.usage_in_bytes", "300000000\n");
        Write(Folder + "memory.limit_in_bytes", "9223372036854771712\n");
        Write(Folder + "memory.stat", "cache 1\nhierarchical_memory_limit 400000000\ntotal_cache 100000000\ntotal_inactive_file 30000000\n");
        Write(Folder + "cgroup.procs", "10\n12\n");
        Write(Folder + "memory.failcnt", "3\n");
        Write(Folder + "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        Write("proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=99\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n");
        using var sense = new MemorySense(_root.Path);
        MemoryReading reading = sense.Read(new MemoryLedger());
        Assert.Equal(new CgroupReading(300_000_000, 400_000_000, 100_000_000, 30_000_000, 3, 2, 2), reading.Cgroup);
        Assert.Equal(99, reading.StallSomeUs);
        Assert.True(reading.Used >= 200_000_000);
    }

    [Fact]
    public void A_cgroup_that_holds_a_whole_session_says_nothing_of_this_process()
    {
        Write("proc/self/cgroup", "0::/\n");
        Write("proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup ro\n");
        Write("proc/self/status", "VmRSS:\t   5000 kB\n");
        WriteV2("sys/fs/cgroup", "268435456");
        Write("sys/fs/cgroup/cgroup.procs", "1\n2\n3\n4\n5\n");
        using var sense = new MemorySense(_root.Path);
        MemoryReading reading = sense.Read(new MemoryLedger());
        Assert.False(reading.Cgroup.IsOurs);
        Assert.Equal(5000 * 1024, reading.Used);
        Assert.Equal(5000 * 1024, reading.WorkingSet);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense\n::::\n0::/../../etc\n")]
    [InlineData("0::/gone\n4:memory")]
    public void What_cannot_be_read_is_no_cgroup(string places)
    {
        Write("proc/self/cgroup", places);
        Write("proc/self/mountinfo", "31 23\n- - -\n31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
        Assert.Null(CgroupFinder.Find(_root.Path));
    }

    [Fact]
    public void Files_of_nonsense_give_zeros()
    {
        Write("proc/self/cgroup", "0::/\n");
        Write("proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup ro - cgroup2 cgroup ro\n");
        foreach (string name in (string[])["memory.current", "memory.max", "memory.stat", "memory.events", "memory.pressure"])
            Write("sys/fs/cgroup/" + name, "\0\xFFfile = lots\nsome total=\n-");
        using ICgroup found = CgroupFinder.Find(_root.Path)!;
        Assert.Equal(default, found.Read());
        Assert.False(found.TryReadStall(out _, out _));
    }

    [Fact]
    public void The_memory_of_this_very_process_is_read()
    {
        using var sense = new MemorySense();
        var ledger = new MemoryLedger();
        using MemoryAccount account = ledger.Open("states", "hot", MemoryKind.Native);
        account.Charge(123);
        MemoryReading reading = sense.Read(ledger);
        Assert.InRange(reading.Resident, 10 << 20, 64L << 30);
        Assert.InRange(reading.Anonymous, 1 << 20, reading.Resident);
        Assert.True(reading.ManagedCommitted > 0);
        Assert.Equal(123, reading.Native);
        Assert.True(reading.Used >= reading.Resident);
    }

    public void Dispose() => _root.Dispose();

    private void WriteV2(string folder, string max)
    {
        Write(folder + "/memory.current", "200000000\n");
        Write(folder + "/cgroup.procs", "1\n");
        Write(folder + "/memory.max", max + "\n");
        Write(folder + "/memory.stat", "anon 100000000\nfile 60000000\nactive_file 20000000\ninactive_file 40000000\n");
        Write(folder + "/memory.events", "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\noom_group_kill 0\n");
        Write(folder + "/memory.pressure",
            "some avg10=0.10 avg60=0.00 avg300=0.00 total=1234\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=567\n");
    }

    private void Write(string path, string text)
    {
        string file = Path.Combine(_root.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text, System.Text.Encoding.Latin1);
    }
}
