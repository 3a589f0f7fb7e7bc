using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Files;

/// <summary>The model of a disk that loses power: other tests are only as harsh as this is.</summary>
public sealed class FaultyFilesTests
{
    private const int SeedsTried = 200;

    [Fact]
    public void Every_changing_call_is_numbered_and_recorded()
    {
        var disk = new FaultyFiles();
        disk.CreateDirectory("d");
        using (IFile file = disk.Create("d/a", 4))
        {
            file.Write([1], 2);
            file.SetLength(3);
            file.Flush();
        }

        disk.Rename("d/a", "d/b");
        disk.SyncDirectory("d");
        disk.Delete("d/b");
        Assert.Equal(
            [
                new FileOperation(0, FileOperationKind.CreateDirectory, "d"),
                new FileOperation(1, FileOperationKind.Create, "d/a", 0, 4),
                new FileOperation(2, FileOperationKind.Write, "d/a", 2, 1),
                new FileOperation(3, FileOperationKind.SetLength, "d/a", 3),
                new FileOperation(4, FileOperationKind.Flush, "d/a"),
                new FileOperation(5, FileOperationKind.Rename, "d/b"),
                new FileOperation(6, FileOperationKind.SyncDirectory, "d"),
                new FileOperation(7, FileOperationKind.Delete, "d/b"),
            ],
            disk.Operations);
    }

    [Fact]
    public void Flushed_bytes_and_synced_names_survive_every_tear()
    {
        FaultyFiles disk = DiskWithDurableFile(1, 2, 3);
        foreach (Tear tear in Tears())
        {
            Assert.Equal([1, 2, 3], Content(disk.AfterCrash(tear), "a"));
        }
    }

    [Fact]
    public void A_flush_does_not_make_the_name_durable()
    {
        var disk = new FaultyFiles();
        using (IFile file = disk.Create("a", 0))
        {
            file.Write([1], 0);
            file.Flush();
        }

        Assert.False(disk.AfterCrash(Tear.None).Exists("a"));
        Assert.Equal([1], Content(disk.AfterCrash(Tear.All), "a"));
        Assert.Contains(true, Seeds().Select(seed => disk.AfterCrash(Tear.Sectors(seed)).Exists("a")));
        Assert.Contains(false, Seeds().Select(seed => disk.AfterCrash(Tear.Sectors(seed)).Exists("a")));
    }

    [Fact]
    public void A_sync_of_the_directory_does_not_make_bytes_durable()
    {
        var disk = new FaultyFiles();
        using (IFile file = disk.Create("a", 0))
        {
            file.Write([1], 0);
        }

        disk.SyncDirectory("");
        Assert.Empty(Content(disk.AfterCrash(Tear.None), "a"));
    }

    [Fact]
    public void A_synced_file_in_an_unsynced_directory_is_lost()
    {
        var disk = new FaultyFiles();
        disk.CreateDirectory("2026/11");
        using (IFile file = disk.Create("2026/11/a", 0))
        {
            file.Write([1], 0);
            file.Flush();
        }

        disk.SyncDirectory("2026/11");
        disk.SyncDirectory("2026");
        Assert.Empty(disk.AfterCrash(Tear.None).List(""));
    }

    [Fact]
    public void Everything_survives_once_every_directory_above_is_synced()
    {
        var disk = new FaultyFiles();
        disk.CreateDirectory("2026/11");
        using (IFile file = disk.Create("2026/11/a", 0))
        {
            file.Write([1], 0);
            file.Flush();
        }

        disk.SyncDirectory("2026/11");
        disk.SyncDirectory("2026");
        disk.SyncDirectory("");
        Assert.Equal([1], Content(disk.AfterCrash(Tear.None), "2026/11/a"));
    }

    [Fact]
    public void Sectors_survive_in_any_selection()
    {
        FaultyFiles disk = DiskWithDurableFile(new byte[2048]);
        using (IFile file = disk.Open("a"))
        {
            file.Write([.. Enumerable.Repeat((byte)1, 2048)], 0);
        }

        var met = new HashSet<string>();
        foreach (int seed in Seeds())
        {
            byte[] bytes = Content(disk.AfterCrash(Tear.Sectors(seed)), "a");
            string pattern = string.Concat(bytes.Chunk(512).Select(sector => sector.Distinct().Single()));
            met.Add(pattern);
        }

        Assert.Equal(16, met.Count);
    }

    [Fact]
    public void A_prefix_ends_anywhere_but_has_no_holes()
    {
        FaultyFiles disk = DiskWithDurableFile();
        using (IFile file = disk.Open("a"))
        {
            file.Write([1, 2, 3], 0);
            file.Write([4, 5], 3);
        }

        var lengths = new SortedSet<int>();
        foreach (int seed in Seeds())
        {
            byte[] bytes = Content(disk.AfterCrash(Tear.Prefix(seed)), "a");
            Assert.Equal(new byte[] { 1, 2, 3, 4, 5 }[..bytes.Length], bytes);
            lengths.Add(bytes.Length);
        }

        Assert.Equal([0, 1, 2, 3, 4, 5], lengths);
    }

    [Fact]
    public void An_unsynced_rename_happened_wholly_or_not_at_all()
    {
        FaultyFiles disk = DiskWithDurableFile(1);
        using (IFile next = disk.Create("next", 0))
        {
            next.Write([2], 0);
            next.Flush();
        }

        disk.SyncDirectory("");
        disk.Rename("next", "a");
        Assert.Equal([1], Content(disk.AfterCrash(Tear.None), "a"));
        Assert.Equal([2], Content(disk.AfterCrash(Tear.All), "a"));
        foreach (Tear tear in Tears())
        {
            FaultyFiles after = disk.AfterCrash(tear);
            byte content = Content(after, "a").Single();
            Assert.Equal(content == 1, after.Exists("next"));
        }
    }

    [Fact]
    public void A_deleted_file_comes_back_unless_its_directory_was_synced()
    {
        FaultyFiles disk = DiskWithDurableFile(1);
        disk.Delete("a");
        Assert.Equal([1], Content(disk.AfterCrash(Tear.None), "a"));

        disk = DiskWithDurableFile(1);
        disk.Delete("a");
        disk.SyncDirectory("");
        Assert.False(disk.AfterCrash(Tear.None).Exists("a"));
    }

    [Fact]
    public void Syncing_one_side_of_a_rename_between_directories_keeps_the_order_of_the_other()
    {
        var disk = new FaultyFiles();
        disk.CreateDirectory("x");
        disk.CreateDirectory("y");
        disk.SyncDirectory("");
        disk.Create("y/a", 0).Dispose();
        using (IFile file = disk.Create("x/a", 0))
        {
            file.Write([7], 0);
            file.Flush();
        }

        disk.Rename("x/a", "y/a");
        disk.SyncDirectory("x");
        disk.SyncDirectory("y");
        FaultyFiles after = disk.AfterCrash(Tear.None);
        Assert.Equal([7], Content(after, "y/a"));
        Assert.Empty(after.List("x"));
    }

    [Fact]
    public void The_power_stays_off_for_every_call()
    {
        var disk = new FaultyFiles();
        using IFile file = disk.Create("a", 0);
        disk.CrashAt(1);
        Assert.Throws<PowerLostException>(() => file.Write([1], 0));
        Assert.True(disk.Crashed);
        Assert.Throws<PowerLostException>(() => file.Read(new byte[1], 0));
        Assert.Throws<PowerLostException>(file.Flush);
        Assert.Throws<PowerLostException>(() => file.Length);
        Assert.Throws<PowerLostException>(() => disk.Open("a"));
        Assert.Throws<PowerLostException>(() => disk.List(""));
        Assert.Throws<PowerLostException>(() => disk.Lock("lock"));
        Assert.Equal(2, disk.Operations.Count);
    }

    [Fact]
    public void The_interrupted_operation_is_subject_to_the_tear()
    {
        FaultyFiles disk = DiskWithDurableFile(1);
        using (IFile file = disk.Open("a"))
        {
            disk.CrashAt(disk.Operations.Count, Tear.All);
            Assert.Throws<PowerLostException>(() => file.Write([2], 0));
        }

        Assert.Equal([2], Content(disk.AfterCrash(), "a"));
        Assert.Equal([1], Content(disk.AfterCrash(Tear.None), "a"));
    }

    [Fact]
    public void An_interrupted_flush_promises_nothing()
    {
        FaultyFiles disk = DiskWithDurableFile(1);
        using (IFile file = disk.Open("a"))
        {
            file.Write([2], 0);
            disk.CrashAt(disk.Operations.Count);
            Assert.Throws<PowerLostException>(file.Flush);
        }

        Assert.Equal([1], Content(disk.AfterCrash(Tear.None), "a"));
        Assert.Equal([2], Content(disk.AfterCrash(Tear.All), "a"));
    }

    [Fact]
    public void A_crash_gives_the_lock_back()
    {
        var disk = new FaultyFiles();
        using IDisposable held = disk.Lock("lock");
        FaultyFiles after = disk.AfterCrash(Tear.None);
        using IDisposable again = after.Lock("lock");
        Assert.Throws<StoreException>(() => after.Lock("lock"));
    }

    [Fact]
    public void The_disk_after_a_crash_can_crash_again()
    {
        FaultyFiles disk = DiskWithDurableFile(1).AfterCrash(Tear.None);
        using (IFile file = disk.Open("a"))
        {
            file.Write([2], 0);
        }

        disk = disk.AfterCrash(Tear.None);
        Assert.Equal([1], Content(disk, "a"));
        Assert.Empty(disk.Operations);
    }

    [Fact]
    public void A_failed_operation_raises_once_and_is_not_done()
    {
        FaultyFiles disk = DiskWithDurableFile(1);
        using IFile file = disk.Open("a");
        disk.FailAt(disk.Operations.Count);
        IOException failure = Assert.Throws<IOException>(() => file.Write([2], 0));
        Assert.Contains("Write of 'a'", failure.Message, StringComparison.Ordinal);
        Assert.Equal([1], Content(disk, "a"));
        file.Write([3], 0);
        Assert.Equal([3], Content(disk, "a"));
    }

    [Fact]
    public void A_failed_write_may_be_half_done()
    {
        var met = new SortedSet<int>();
        foreach (int seed in Seeds())
        {
            FaultyFiles disk = DiskWithDurableFile();
            using IFile file = disk.Open("a");
            disk.FailAt(disk.Operations.Count, Tear.Prefix(seed));
            Assert.Throws<IOException>(() => file.Write([1, 2, 3], 0));
            met.Add(Content(disk, "a").Length);
        }

        Assert.Equal([0, 1, 2, 3], met);
    }

    [Fact]
    public void After_a_failed_flush_the_kernel_has_forgotten_the_dirty_bytes()
    {
        FaultyFiles disk = DiskWithDurableFile(1);
        using (IFile file = disk.Open("a"))
        {
            file.Write([2], 0);
            disk.FailAt(disk.Operations.Count);
            Assert.Throws<IOException>(file.Flush);
            Assert.Equal([2], Content(disk, "a"));
            file.Flush();
        }

        Assert.Equal([1], Content(disk.AfterCrash(Tear.All), "a"));
    }

    [Fact]
    public void A_failed_flush_may_have_made_the_bytes_durable()
    {
        FaultyFiles disk = DiskWithDurableFile(1);
        using (IFile file = disk.Open("a"))
        {
            file.Write([2], 0);
            disk.FailAt(disk.Operations.Count, Tear.All);
            Assert.Throws<IOException>(file.Flush);
        }

        Assert.Equal([2], Content(disk.AfterCrash(Tear.None), "a"));
    }

    [Fact]
    public void The_same_seed_gives_the_same_disk()
    {
        FaultyFiles disk = DiskWithDurableFile(new byte[8192]);
        using (IFile file = disk.Open("a"))
        {
            file.Write([.. Enumerable.Repeat((byte)1, 8192)], 0);
        }

        Assert.Equal(Content(disk.AfterCrash(Tear.Sectors(5)), "a"), Content(disk.AfterCrash(Tear.Sectors(5)), "a"));
    }

    private static IEnumerable<int> Seeds() => Enumerable.Range(0, SeedsTried);

    private static IEnumerable<Tear> Tears() =>
        [Tear.None, Tear.All, .. Seeds().Select(Tear.Prefix), .. Seeds().Select(Tear.Sectors)];

    private static FaultyFiles DiskWithDurableFile(params byte[] content)
    {
        var disk = new FaultyFiles();
        using (IFile file = disk.Create("a", 0))
        {
            file.Write(content, 0);
            file.Flush();
        }

        disk.SyncDirectory("");
        return disk;
    }

    private static byte[] Content(FaultyFiles disk, string path)
    {
        using IFile file = disk.Open(path);
        byte[] bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return bytes;
    }
}
