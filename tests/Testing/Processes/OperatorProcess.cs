using System.Diagnostics;

namespace Thermocline.Testing.Processes;

/// <summary>The operator as the process it is shipped as, ended by its own id.</summary>
public sealed class OperatorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly RecentLines _log = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OperatorProcess(Process process) => _process = process;

    /// <summary>The program that was built beside the running tests.</summary>
    public static string Built => Path.Combine(AppContext.BaseDirectory, "thermocline-operator");

    public int Id => _process.Id;

    /// <summary>The last lines of standard error.</summary>
    public string Log => _log.ToString();

    public static OperatorProcess Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // The developer's own settings and cluster must not reach the process under test.
        foreach (string name in start.Environment.Keys.Where(static name => name.StartsWith("THERMOCLINE", StringComparison.Ordinal)
            || name.StartsWith("POD_", StringComparison.Ordinal) || name.StartsWith("KUBE", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        var operatorProcess = new OperatorProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        operatorProcess.Begin();
        return operatorProcess;
    }

    /// <summary>What one of its addresses answers, once it is ready.</summary>
    /// <param name="which">The address as the line says that it prints then: <c>health</c> or <c>metrics</c>.</param>
    /// <param name="path">What to ask for.</param>
    /// <param name="cancellation">Ends the wait, which lasts a minute at most.</param>
    /// <exception cref="InvalidOperationException">It ended before it was ready.</exception>
    public async Task<string> GetAsync(string which, string path, CancellationToken cancellation)
    {
        string line = await _ready.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellation);
        if (line.Length == 0)
            throw new InvalidOperationException($"The operator ended.\n{Log}");
        string address = line.Split(' ').Single(each => each.StartsWith(which + "=", StringComparison.Ordinal))[(which.Length + 1)..];
        using var client = new HttpClient();
        using HttpResponseMessage answer = await client.GetAsync(new Uri(new Uri(address), path), cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>Ends it as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        Signal.SendKill(_process.Id);
        await _process.WaitForExitAsync(cancellation);
    }

    /// <summary>Asks it to stop by SIGTERM; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await PoliteEnd.StopAsync(_process);
        return _process.ExitCode;
    }

    /// <summary>Waits until it ends by itself; the exit code.</summary>
    public async Task<int> ExitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
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
            if (line.Data is { } text && text.StartsWith("ready ", StringComparison.Ordinal))
                _ready.TrySetResult(text);
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                _log.Add(line.Data);
        };
        _process.Exited += (_, _) => _ready.TrySetResult("");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }
}
