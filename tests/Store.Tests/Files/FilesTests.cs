using Thermocline.Store.Files;
using Xunit;

namespace Thermocline.Store.Tests.Files;

/// <summary>What every implementation of the seam promises.</summary>
public sealed class FilesTests
{
    public static TheoryData<FilesKind> Kinds => [FilesKind.Disk, FilesKind.Memory, FilesKind.Faulty];

    public static TheoryData<FilesKind, string> BadPaths
    {
        get
        {
            var data = new TheoryData<FilesKind, string>();
            foreach (FilesKind kind in Enum.GetValues<FilesKind>())
            {
                foreach (string path in new[] { "/etc/passwd", "../a", "a/../b", "a//b", "a/", "./a", "a\\b", "a\0b", ".." })
                {
                    data.Add(kind, path);
                }
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Written_bytes_are_read_back_at_their_offsets(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        using (IFile file = subject.Files.Create("a", 0))
        {
            file.Write([1, 2, 3, 4], 0);
            file.Write([9], 2);
            file.Write([7], 6);
            file.Flush();
            Assert.Equal(7, file.Length);
        }

        Assert.Equal([1, 2, 9, 4, 0, 0, 7], subject.ReadAll("a"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Reserved_space_counts_as_length_and_reads_as_zero(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        using IFile file = subject.Files.Create("a", 100_000);
        Assert.Equal(100_000, file.Length);
        byte[] bytes = new byte[100_001];
        bytes.AsSpan().Fill(0xFF);
        Assert.Equal(100_000, file.Read(bytes, 0));
        Assert.All(bytes[..^1], value => Assert.Equal(0, value));
        Assert.Equal(0xFF, bytes[^1]);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_read_is_short_only_at_the_end(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        using IFile file = subject.Files.Create("a", 0);
        file.Write(new byte[40_000], 0);
        Assert.Equal(40_000, file.Read(new byte[50_000], 0));
        Assert.Equal(1, file.Read(new byte[10], 39_999));
        Assert.Equal(0, file.Read(new byte[10], 40_000));
        Assert.Equal(0, file.Read(new byte[10], 1_000_000));
        Assert.Equal(0, file.Read([], 0));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_write_of_nothing_does_not_extend(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        using IFile file = subject.Files.Create("a", 0);
        file.Write([], 500);
        Assert.Equal(0, file.Length);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void What_was_cut_reads_as_zero_after_growing_again(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        using IFile file = subject.Files.Create("a", 0);
        byte[] ones = new byte[70_000];
        ones.AsSpan().Fill(1);
        file.Write(ones, 0);
        file.SetLength(5);
        Assert.Equal(5, file.Length);
        file.SetLength(70_000);
        byte[] bytes = new byte[70_000];
        Assert.Equal(70_000, file.Read(bytes, 0));
        Assert.Equal(5, bytes.Count(value => value == 1));
        Assert.Equal([1, 1, 1, 1, 1, 0], bytes[..6]);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Creating_a_name_that_exists_is_refused(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        subject.WriteAll("a", 1);
        subject.Files.CreateDirectory("d");
        Assert.ThrowsAny<IOException>(() => subject.Files.Create("a", 10));
        Assert.ThrowsAny<IOException>(() => subject.Files.Create("d", 10));
        Assert.Equal([1], subject.ReadAll("a"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void What_is_not_there_is_refused_with_an_io_exception(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        Assert.IsType<FileNotFoundException>(Record.Exception(() => subject.Files.Open("a")));
        Assert.IsType<FileNotFoundException>(Record.Exception(() => subject.Files.Rename("a", "b")));
        Assert.IsType<DirectoryNotFoundException>(Record.Exception(() => subject.Files.Create("d/a", 0)));
        Assert.IsType<DirectoryNotFoundException>(Record.Exception(() => subject.Files.SyncDirectory("d")));
        Assert.IsType<DirectoryNotFoundException>(Record.Exception(() => subject.Files.Lock("d/lock")));
        Assert.ThrowsAny<IOException>(() => subject.Files.Open("d/a"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_directory_is_not_a_file_and_the_reverse(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        subject.Files.CreateDirectory("d");
        subject.WriteAll("a", 1);
        Assert.False(subject.Files.Exists("d"));
        Assert.ThrowsAny<IOException>(() => subject.Files.Open("d"));
        Assert.ThrowsAny<IOException>(() => subject.Files.Delete("d"));
        Assert.ThrowsAny<IOException>(() => subject.Files.Rename("a", "d"));
        Assert.ThrowsAny<IOException>(() => subject.Files.CreateDirectory("a"));
        Assert.ThrowsAny<IOException>(() => subject.Files.CreateDirectory("a/b"));
        Assert.ThrowsAny<IOException>(() => subject.Files.SyncDirectory("a"));
        Assert.Equal(["a", "d"], subject.Files.List(""));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Directories_are_made_with_their_parents_and_listed_by_name(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        subject.Files.CreateDirectory("2026/11");
        subject.Files.CreateDirectory("2026/11");
        subject.Files.CreateDirectory("");
        subject.WriteAll("2026/11/b", 1);
        subject.WriteAll("2026/11/a", 1);
        subject.WriteAll("2026/z", 1);
        Assert.Equal(["2026"], subject.Files.List(""));
        Assert.Equal(["11", "z"], subject.Files.List("2026"));
        Assert.Equal(["a", "b"], subject.Files.List("2026/11"));
        Assert.Empty(subject.Files.List("2026/12"));
        Assert.Empty(subject.Files.List("2026/z"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_rename_replaces_its_target(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        subject.Files.CreateDirectory("d");
        subject.WriteAll("a", 1);
        subject.WriteAll("d/b", 2);
        subject.Files.Rename("a", "d/b");
        Assert.False(subject.Files.Exists("a"));
        Assert.Equal([1], subject.ReadAll("d/b"));
        Assert.ThrowsAny<IOException>(() => subject.Files.Rename("d/b", "missing/b"));
        subject.Files.SyncDirectory("d");
        subject.Files.SyncDirectory("");
        Assert.Equal([1], subject.ReadAll("d/b"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Deleting_is_silent_about_absence(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        subject.WriteAll("a", 1);
        subject.Files.Delete("a");
        subject.Files.Delete("a");
        subject.Files.Delete("d/a");
        Assert.False(subject.Files.Exists("a"));
        Assert.Empty(subject.Files.List(""));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void An_open_file_outlives_its_name(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        using IFile file = subject.Files.Create("a", 0);
        file.Write([1, 2], 0);
        subject.Files.Delete("a");
        subject.WriteAll("a", 9);
        byte[] bytes = new byte[2];
        Assert.Equal(2, file.Read(bytes, 0));
        Assert.Equal([1, 2], bytes);
        Assert.Equal([9], subject.ReadAll("a"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Two_handles_see_the_same_file(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        using IFile first = subject.Files.Create("a", 0);
        using IFile second = subject.Files.Open("a");
        first.Write([5], 3);
        Assert.Equal(4, second.Length);
        byte[] bytes = new byte[4];
        Assert.Equal(4, second.Read(bytes, 0));
        Assert.Equal([0, 0, 0, 5], bytes);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_disposed_file_refuses_use(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        IFile file = subject.Files.Create("a", 0);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Write([1], 0));
        Assert.Throws<ObjectDisposedException>(() => file.Read(new byte[1], 0));
        Assert.Throws<ObjectDisposedException>(file.Flush);
        Assert.Throws<ObjectDisposedException>(() => file.SetLength(0));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_lock_has_one_holder_and_comes_back(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        IDisposable held = subject.Files.Lock("lock");
        StoreException refusal = Assert.Throws<StoreException>(() => subject.Files.Lock("lock"));
        Assert.Equal(StoreFault.Locked, refusal.Fault);
        Assert.Equal("lock", refusal.File);
        held.Dispose();
        using IDisposable again = subject.Files.Lock("lock");
        held.Dispose();
        Assert.Throws<StoreException>(() => subject.Files.Lock("lock"));
        Assert.Contains("lock", subject.Files.List(""));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Writers_and_readers_at_different_offsets_run_side_by_side(FilesKind kind)
    {
        const int Writers = 4;
        const int Rounds = 200;
        using var subject = new FilesUnderTest(kind);
        using IFile file = subject.Files.Create("a", Writers * Rounds);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
            () =>
            {
                byte[] read = new byte[1];
                for (int round = 0; round < Rounds; round++)
                {
                    long offset = (round * Writers) + writer;
                    file.Write([(byte)(writer + 1)], offset);
                    Assert.Equal(1, file.Read(read, offset));
                    Assert.Equal(writer + 1, read[0]);
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        byte[] all = subject.ReadAll("a");
        Assert.Equal(Writers * Rounds, all.Length);
        Assert.All(all.Select((value, i) => (value, i)), pair => Assert.Equal((pair.i % Writers) + 1, pair.value));
    }

    [Theory, MemberData(nameof(BadPaths))]
    public void Paths_that_could_leave_the_folder_are_a_bug(FilesKind kind, string path)
    {
        using var subject = new FilesUnderTest(kind);
        Assert.Throws<ArgumentException>(() => subject.Files.Create(path, 0));
        Assert.Throws<ArgumentException>(() => subject.Files.Open(path));
        Assert.Throws<ArgumentException>(() => subject.Files.Exists(path));
        Assert.Throws<ArgumentException>(() => subject.Files.List(path));
        Assert.Throws<ArgumentException>(() => subject.Files.CreateDirectory(path));
        Assert.Throws<ArgumentException>(() => subject.Files.Delete(path));
        Assert.Throws<ArgumentException>(() => subject.Files.Rename(path, "b"));
        Assert.Throws<ArgumentException>(() => subject.Files.Rename("b", path));
        Assert.Throws<ArgumentException>(() => subject.Files.SyncDirectory(path));
        Assert.Throws<ArgumentException>(() => subject.Files.Lock(path));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void An_empty_path_is_the_folder_but_never_a_file(FilesKind kind)
    {
        using var subject = new FilesUnderTest(kind);
        subject.Files.SyncDirectory("");
        Assert.Empty(subject.Files.List(""));
        Assert.Throws<ArgumentException>(() => subject.Files.Create("", 0));
        Assert.Throws<ArgumentException>(() => subject.Files.Delete(""));
    }
}
