using System.Diagnostics;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Files;

/// <summary>A file system in RAM of a size of the test's choosing. Mounting one takes root.</summary>
internal sealed class SmallFileSystem : IDisposable
{
    private readonly TempFolder _folder = new();

    private SmallFileSystem()
    {
    }

    public string Path => _folder.Path;

    /// <summary>Mounts one, or skips the test and says why; in CI as root it has to work.</summary>
    public static SmallFileSystem Mount(string size)
    {
        var disk = new SmallFileSystem();
        string? failure = Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", disk.Path);
        if (failure is null)
            return disk;
        disk._folder.Dispose();
        string missing = $"This test needs a small tmpfs of its own, and mounting one failed: {failure}";
        Assert.SkipUnless(Environment.IsPrivilegedProcess, missing);
        Required.That(false, missing);
        return disk;
    }

    public void Dispose()
    {
        string? failure = Run("umount", Path);
        if (failure is not null)
            throw new InvalidOperationException($"{Path} stays mounted: {failure}");
        _folder.Dispose();
    }

    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            return failure.Message;
        }
    }
}
