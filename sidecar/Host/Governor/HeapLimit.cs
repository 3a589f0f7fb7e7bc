namespace Thermocline.Sidecar.Governor;

/// <summary>The garbage collector's hard limit, changed while the process runs.</summary>
internal static class HeapLimit
{
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
