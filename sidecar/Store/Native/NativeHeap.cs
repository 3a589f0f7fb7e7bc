using System.Runtime.InteropServices;

namespace Thermocline.Store.Native;

/// <summary>The heap that native libraries allocate from.</summary>
internal static partial class NativeHeap
{
    /// <summary>Returns what was freed to the system. Only the GNU C library keeps it; others have nothing to be asked.</summary>
    public static void Trim()
    {
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint keep);
}
