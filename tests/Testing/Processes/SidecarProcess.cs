using System.Diagnostics;
using Xunit;

namespace Thermocline.Testing.Processes;

/// <summary>A sidecar process a test started: on free loopback ports, stopped by its own id at the latest on disposal.</summary>
public sealed class SidecarProcess : IAsyncDisposable
{
    private const string ReadyWord = "ready ";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly RecentLines _output = new();
    private readonly RecentLines _errors = new();
    private readonly TaskCompletionSource<Uri?> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SidecarProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>The last lines of standard output and standard error.</summary>
    public string Output => $"{_output}\n{_errors}".Trim();

    /// <summary>The last lines of standard output alone.</summary>
    public string StandardOutput => _output.ToString();

    public bool HasExited => _process.HasExited;

    /// <summary>Starts <c>serve</c> on a data folder; ports are free ones of the loopback address.</summary>
    public static SidecarProcess Serve(SidecarProgram program, string dataFolder, params ReadOnlySpan<string> more) =>
        Start(program, ["serve", "--data", dataFolder, "--listen", "127.0.0.1:0", .. more]);

    /// <summary>Starts any command.</summary>
    public static SidecarProcess Start(SidecarProgram program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program.FileName, [.. program.Arguments, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };

        // The developer's own settings must not reach the process under test.
        string[] own = [.. start.Environment.Keys.Where(name => name.StartsWith("THERMOCLINE", StringComparison.Ordinal))];
        foreach (string name in own)
        {
            start.Environment.Remove(name);
        }

        start.Environment["THERMOCLINE__LISTEN__ADMIN"] = "127.0.0.1:0";
        start.Environment["DOTNET_NOLOGO"] = "1";
        var sidecar = new SidecarProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        sidecar.Begin();
        return sidecar;
    }

    /// <summary>The address of the data API once it answers; null when the process ended before, or a minute passed.</summary>
    public async Task<Uri?> ReadyAsync(CancellationToken cancellation)
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

    /// <summary>The same for a test, which fails with what the process wrote when there is no address.</summary>
    public async Task<Uri> AddressAsync(CancellationToken cancellation)
    {
        Uri? address = await ReadyAsync(cancellation);
        Assert.True(address is not null, $"The sidecar did not start:\n{Output}");
        return address;
    }

    /// <summary>Ends it as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        Signal.SendKill(_process.Id);
        await _process.WaitForExitAsync(cancellation);
    }

    /// <summary>Asks it to stop by SIGTERM; the exit code, or null when it had to be killed after a minute.</summary>
    public async Task<int?> StopAsync(CancellationToken cancellation)
    {
        Signal.SendTerminate(_process.Id);
        return await ExitAsync(cancellation);
    }

    /// <summary>Waits until it ends by itself; null when it had to be killed after a minute.</summary>
    public async Task<int?> ExitAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StopLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await KillAsync(cancellation);
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, line) => OnOutput(line.Data);
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                _errors.Add(line.Data);
            }
        };
        _process.Exited += (_, _) => _ready.TrySetResult(null);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void OnOutput(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Add(line);
        if (line.StartsWith(ReadyWord, StringComparison.Ordinal)
            && Uri.TryCreate(line[ReadyWord.Length..].Split(' ')[0], UriKind.Absolute, out Uri? address))
        {
            _ready.TrySetResult(address);
        }
    }
}
