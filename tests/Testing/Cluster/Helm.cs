using System.Diagnostics;

namespace Thermocline.Testing.Cluster;

/// <summary>The real helm, with folders of its own: nobody's repositories and plugins take part.</summary>
public static class Helm
{
    /// <summary>The variable that names another helm.</summary>
    public const string Variable = "THERMOCLINE_HELM";

    /// <summary>The version that is installed for the tests.</summary>
    public const string Version = "3.6.2";

    /// <summary>What to say when there is none.</summary>
    public const string Missing = "There is no helm on the path, and THERMOCLINE_HELM names none. Install it, or run .ci/run once.";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>The program: the one the variable names, the one on the path, or the one .ci/run installed; null when there is none.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return File.Exists(named) ? named : null;
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Append(Cached()).Select(static folder => Path.Combine(folder, "helm")).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs it to its end; killed after two minutes.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="kubeconfig">The cluster; null for none.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InvalidOperationException">There is no helm.</exception>
    public static async Task<KubectlAnswer> RunAsync(IEnumerable<string> arguments, string? kubeconfig, CancellationToken cancellation)
    {
        using var folder = new TempFolder();
        var start = new ProcessStartInfo(Find() ?? throw new InvalidOperationException(Missing), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = RepositoryRoot.Find()!,
        };
        start.Environment.Remove("KUBECONFIG");
        if (kubeconfig is not null)
            start.Environment["KUBECONFIG"] = kubeconfig;
        foreach (string of in (string[])["HELM_CONFIG_HOME", "HELM_CACHE_HOME", "HELM_DATA_HOME", "HOME"])
            start.Environment[of] = folder.Path;
        using Process process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new KubectlAnswer(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static string Cached()
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "thermocline", $"helm-{Version}");
    }
}
