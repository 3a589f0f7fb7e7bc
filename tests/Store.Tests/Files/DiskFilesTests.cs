using System.Runtime.Versioning;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Files;

[UnsupportedOSPlatform("windows")]
public sealed class DiskFilesTests
{
    [Fact]
    public void The_folder_its_directories_and_files_are_for_the_owner_alone()
    {
        using var folder = new TempFolder();
        string root = folder.Combine("deep/er/store");
        var files = new DiskFiles(root);
        files.CreateDirectory("2026/11");
        files.Create("2026/11/a", 0).Dispose();
        using IDisposable held = files.Lock("lock");
        const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(OwnerFile | UnixFileMode.UserExecute, File.GetUnixFileMode(root));
        Assert.Equal(OwnerFile | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(root, "2026/11")));
        Assert.Equal(OwnerFile, File.GetUnixFileMode(Path.Combine(root, "2026/11/a")));
        Assert.Equal(OwnerFile, File.GetUnixFileMode(Path.Combine(root, "lock")));
    }

    [Fact]
    public void The_refusal_names_the_folder_and_the_holder()
    {
        using var folder = new TempFolder();
        var files = new DiskFiles(folder.Path);
        using IDisposable held = files.Lock("lock");
        StoreException refusal = Assert.Throws<StoreException>(() => new DiskFiles(folder.Path).Lock("lock"));
        Assert.Equal(StoreFault.Locked, refusal.Fault);
        Assert.Contains($"'{folder.Path}'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Stop that process", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12\nhere\n", "by process 12. ")]
    [InlineData("1\nelsewhere\n", "by process 1 on elsewhere. ")]
    [InlineData("12", "by process 12. ")]
    [InlineData("", "by another process. ")]
    [InlineData("\0\uFFFD\n\n", "by another process. ")]
    public void The_holder_is_named_as_far_as_the_lock_file_can_be_read(string content, string expected) =>
        Assert.Contains(expected, DiskLock.Refusal("/data", content, "here"), StringComparison.Ordinal);

    [Fact]
    public void A_lock_file_left_behind_does_not_lock()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Combine("lock"), "999999999\n");
        var files = new DiskFiles(folder.Path);
        files.Lock("lock").Dispose();
        Assert.Equal("", File.ReadAllText(folder.Combine("lock")));
        Assert.Equal(["lock"], files.List(""));
    }

    [Fact]
    public void A_folder_in_the_place_of_the_lock_is_an_io_exception()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Combine("lock"));
        var files = new DiskFiles(folder.Path);
        Assert.ThrowsAny<IOException>(() => files.Lock("lock"));
    }

    [Fact]
    public void A_root_that_is_a_file_is_an_io_exception()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Combine("file"), "");
        Assert.ThrowsAny<IOException>(() => new DiskFiles(folder.Combine("file")));
        Assert.ThrowsAny<IOException>(() => new DiskFiles(folder.Combine("file/below")));
    }
}
