using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Thermocline.Benchmarks.Measure;

/// <summary>Makes the kernel forget the pages of our own files, without touching anybody else's.</summary>
internal static partial class PageCache
{
    private const int DontNeed = 4;

    /// <summary>Syncs and drops every file below a folder.</summary>
    public static void Drop(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(handle);
            int code = Advise(handle, 0, 0, DontNeed);
            if (code != 0)
                throw new IOException($"posix_fadvise answered {code} for {path}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
