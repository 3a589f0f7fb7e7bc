using System.Diagnostics;
using System.Globalization;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.S3;

/// <summary>
/// A service that speaks like S3, started for a test on a free loopback port, with one bucket. Stopped by its own id; the
/// servers it starts end with it.
/// </summary>
public sealed class S3Service : IAsyncDisposable
{
    private const string Bucket = "thermocline";

    // The first start on a machine installs packages.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly RecentLines _log = new();
    private readonly TaskCompletionSource<S3Endpoint?> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private S3Service(Process process) => _process = process;

    /// <summary>The program that serves: beside the repository, not in it. Null when it is not there.</summary>
    public static string? Program =>
        RepositoryRoot.Find() is { } root && Path.GetFullPath(Path.Combine(root, "..", "shared", "s3", "serve")) is var path
            && File.Exists(path) ? path : null;

    /// <summary>What to say when <see cref="Program"/> is null.</summary>
    public static string Missing =>
        $"There is no ../shared/s3/serve beside the repository. Put it there, or name a bucket in {S3Endpoint.Variable}.";

    /// <summary>The last lines the service wrote.</summary>
    public string Log => _log.ToString();

    /// <summary>Starts a service; <see cref="ReadyAsync"/> says when it answers.</summary>
    /// <param name="kind">Which one.</param>
    /// <param name="program">The path of the program that serves.</param>
    /// <param name="dataFolder">Where Swift keeps its objects; null for a folder that goes with it.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    public static S3Service Start(S3Kind kind, string program, string? dataFolder = null, int port = 0)
    {
        string number = (port == 0 ? LoopbackPort.Free() : port).ToString(CultureInfo.InvariantCulture);
        List<string> arguments = [kind == S3Kind.Moto ? "moto" : "swift", number, "--bucket", Bucket];
        if (dataFolder is not null)
            arguments.AddRange(["--data", dataFolder]);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var service = new S3Service(new Process { StartInfo = start, EnableRaisingEvents = true });
        service.Begin();
        return service;
    }

    /// <summary>The bucket once the service answers; null when it ended before, or minutes passed.</summary>
    public async Task<S3Endpoint?> ReadyAsync(CancellationToken cancellation)
    {
        try
        {
            return await _ready.Task.WaitAsync(StartLimit, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await PoliteEnd.StopAsync(_process);
        _process.Dispose();
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text && S3Endpoint.FromReadyLine(text, Bucket) is { } endpoint)
                _ready.TrySetResult(endpoint);
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                _log.Add(line.Data);
        };
        _process.Exited += (_, _) => _ready.TrySetResult(null);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }
}
