using System.Diagnostics;
using System.Security.Cryptography;

namespace Thermocline.Testing.Dapr;

/// <summary>The gRPC client of Node, which shares no line with ours, and the conformance cases it drives.</summary>
public static class NodeClient
{
    /// <summary>What to say when it is not there.</summary>
    public const string Missing = "There is no node on the path, or the packages of tests/Dapr.Node are not installed. "
        + "Install Node 18 or later and run .ci/run once, or npm ci in tests/Dapr.Node.";

    private const string Folder = "tests/Dapr.Node";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>The folder whose node_modules are used: what .ci/run installed for this lock file, or the script's own; null: neither.</summary>
    public static string? FindPackages()
    {
        if (FindNode() is null || RepositoryRoot.Find() is not { } root)
            return null;
        string own = Path.Combine(root, Folder);
        string locked = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(own, "package-lock.json"))));
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return new[] { Path.Combine(cache, "thermocline", $"dapr-node-{locked[..12]}"), own }
            .FirstOrDefault(folder => Directory.Exists(Path.Combine(folder, "node_modules", "@grpc", "grpc-js")));
    }

    /// <summary>Drives the state store behind a socket through the conformance cases: the exit code, and a line for each case.</summary>
    /// <exception cref="InvalidOperationException">It is not there.</exception>
    public static async Task<(int Code, string Output)> RunConformanceAsync(string socketPath, string instance, CancellationToken cancellation)
    {
        string packages = FindPackages() ?? throw new InvalidOperationException(Missing);
        string script = Path.Combine(RepositoryRoot.Find()!, Folder, "conformance.mjs");
        var start = new ProcessStartInfo(FindNode()!, [script, socketPath, instance])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["THERMOCLINE_DAPR_NODE"] = packages;
        using Process process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static string? FindNode() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(static folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists);
}
