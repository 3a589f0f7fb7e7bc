using System.ComponentModel;
using System.Diagnostics;

namespace Thermocline.Testing.Cluster;

/// <summary>The real kubectl.</summary>
public static class Kubectl
{
    /// <summary>What to say when it is not <see cref="IsThere"/>.</summary>
    public const string Missing = "kubectl is not on the path. Install it.";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Whether it is on the path.</summary>
    public static bool IsThere => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, "kubectl")));

    /// <summary>Runs it to its end; killed after a minute.</summary>
    /// <exception cref="InvalidOperationException">It is not on the path.</exception>
    public static async Task<KubectlAnswer> RunAsync(IEnumerable<string> arguments, string input, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("kubectl", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // The developer's own cluster must stay out of reach.
        start.Environment.Remove("KUBECONFIG");
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException(Missing, missing);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return new KubectlAnswer(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
