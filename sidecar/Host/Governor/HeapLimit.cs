namespace Thermocline.Sidecar.Governor;

/// <summary>The garbage collector's hard limit, changed while the process runs.</summary>
internal static class HeapLimit
{
    /// <summary>Whether full collections may run beside the program; else everybody waits for them.</summary>
    public static void CollectInBackground(bool may) =>
        System.Runtime.GCSettings.LatencyMode = may ? System.Runtime.GCLatencyMode.Interactive : System.Runtime.GCLatencyMode.Batch;

    /// <summary>Sets it; false when more is in use than it would allow: then it is as it was.</summary>
    public static bool TryApply(long bytes)
    {
        AppContext.SetData("GCHeapHardLimit", (ulong)bytes);
        try
        {
            GC.RefreshMemoryLimit();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
