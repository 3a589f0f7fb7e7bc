using System.Diagnostics;

namespace Thermocline.Testing.Processes;

/// <summary>The end of a process that a test started: asked first, for it may have servers and folders of its own to end.</summary>
internal static class PoliteEnd
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    /// <summary>Asks it to stop, by SIGTERM, and kills it when it has not after twenty seconds. Returns once it is gone.</summary>
    public static async Task StopAsync(Process process)
    {
        if (process.HasExited)
            return;
        Signal.SendTerminate(process.Id);
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Signal.SendKill(process.Id);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
