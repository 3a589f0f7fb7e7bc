using System.Diagnostics;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Cluster;

/// <summary>
/// A real Kubernetes API server, started for a test on a free loopback port with an etcd and a folder of its own, and stopped by
/// its own id; or the cluster that <see cref="Variable"/> names, which is used as it is and left running.
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    /// <summary>The variable that names the kubeconfig of another cluster to test against.</summary>
    public const string Variable = "THERMOCLINE_TEST_KUBECONFIG";

    // The first start on a machine unpacks the programs.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly Process? _process;
    private readonly TempFolder _folder = new();
    private readonly RecentLines _log = new();
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    private ApiServer(string kubeconfig)
    {
        Kubeconfig = kubeconfig;
        IsNamed = true;
        _ready.SetResult(true);
    }

    private ApiServer(string program, IEnumerable<string> more)
    {
        Kubeconfig = _folder.Combine("kubeconfig.yaml");
        var start = new ProcessStartInfo(program, ["-kubeconfig", Kubeconfig, .. more])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // Its working files go with the folder, also when it had to be killed.
        start.Environment["TMPDIR"] = _folder.Path;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
    }

    /// <summary>What to say when there is no server to start.</summary>
    public static string Missing =>
        $"There is no ../shared/testcluster beside the repository. Put it there, or name a cluster's kubeconfig in {Variable}.";

    /// <summary>The administrator's kubeconfig.</summary>
    public string Kubeconfig { get; }

    /// <summary>Whether it is a cluster named by the environment: others may use it too, and it cannot be restarted.</summary>
    public bool IsNamed { get; }

    /// <summary>The address of its etcd; null of a named cluster, and before it is ready.</summary>
    public Uri? Etcd { get; private set; }

    /// <summary>The last lines it wrote.</summary>
    public string Log => _log.ToString();

    /// <summary>The process, to be killed by a test; null of a named cluster.</summary>
    public int? ProcessId => _process?.Id;

    /// <summary>
    /// The named cluster, or one that was started and answers; null with the reason when neither can be had.
    /// </summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="more">Further arguments of the server, such as <c>-pod-delay 1s</c>; a named cluster takes none.</param>
    public static async Task<(ApiServer? Server, string Missing)> StartAsync(CancellationToken cancellation, params string[] more)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return File.Exists(named) ? (new ApiServer(Path.GetFullPath(named)), "") : (null, $"{Variable} names no file: {named}.");
        if (await ProgramAsync(cancellation) is not { } program)
            return (null, Missing);
        var server = new ApiServer(program, more);
        server.Begin();
        if (await server.ReadyAsync(cancellation))
            return (server, "");
        string log = server.Log;
        await server.DisposeAsync();
        return (null, $"The API server did not start:\n{log}");
    }

    /// <summary>Runs kubectl as the administrator.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="cancellation">Ends it.</param>
    // Each call asks anew which kinds are served: a test may just have added one.
    public Task<KubectlAnswer> KubectlAsync(IEnumerable<string> arguments, string input, CancellationToken cancellation) =>
        Kubectl.RunAsync(["--kubeconfig", Kubeconfig, "--cache-dir", _folder.Combine($"cache-{Interlocked.Increment(ref _calls)}"), .. arguments], input, cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await PoliteEnd.StopAsync(_process);
        _process?.Dispose();
        _folder.Dispose();
    }

    // The script beside the repository unpacks the programs once and prints their folder.
    private static async Task<string?> ProgramAsync(CancellationToken cancellation)
    {
        if (RepositoryRoot.Find() is not { } root
            || Path.GetFullPath(Path.Combine(root, "..", "shared", "testcluster", "get")) is var script && !File.Exists(script))
            return null;
        var start = new ProcessStartInfo(script) { RedirectStandardOutput = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        string folder = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? Path.Combine(folder.Trim(), "testcluster") : null;
    }

    private async Task<bool> ReadyAsync(CancellationToken cancellation)
    {
        try
        {
            return await _ready.Task.WaitAsync(StartLimit, cancellation);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Begin()
    {
        _process!.OutputDataReceived += (_, line) => OnOutput(line.Data);
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                _log.Add(line.Data);
        };
        _process.Exited += (_, _) => _ready.TrySetResult(false);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    // ready https://127.0.0.1:PORT kubeconfig=FILE etcd=URL started-in=1.0s
    private void OnOutput(string? line)
    {
        if (line is null)
            return;
        _log.Add(line);
        if (line.Split(' ') is not ["ready", _, _, var etcd, ..])
            return;
        Etcd = Uri.TryCreate(etcd["etcd=".Length..], UriKind.Absolute, out Uri? address) ? address : null;
        _ready.TrySetResult(true);
    }
}
