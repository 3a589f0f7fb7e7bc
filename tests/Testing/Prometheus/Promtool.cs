using System.Diagnostics;

namespace Thermocline.Testing.Prometheus;

/// <summary>What promtool says of rule files.</summary>
public static class Promtool
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a command to its end: its exit code and everything it wrote.</summary>
    public static async Task<(int Code, string Output)> RunAsync(
        PrometheusProgram program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program.Promtool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            string errors = await process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
