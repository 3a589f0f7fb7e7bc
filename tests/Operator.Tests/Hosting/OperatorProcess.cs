using System.Diagnostics;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.Operator.Tests.Hosting;

/// <summary>The operator as the process it is shipped as.</summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly RecentLines _log = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OperatorProcess(Process process) => _process = process;

    /// <summary>The last lines of standard error.</summary>
    public string Log => _log.ToString();

    public static OperatorProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "thermocline-operator"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string name in start.Environment.Keys.Where(static name => name.StartsWith("THERMOCLINE", StringComparison.Ordinal)
            || name.StartsWith("POD_", StringComparison.Ordinal) || name.StartsWith("KUBE", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        var operatorProcess = new OperatorProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        operatorProcess.Begin();
        return operatorProcess;
    }

    /// <summary>The line it prints once it answers; null when it ended without one.</summary>
    public async Task<string?> ReadyAsync(CancellationToken cancellation) =>
        await _ready.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellation) is { Length: > 0 } line ? line : null;

    public async Task<string> GetAsync(string which, string path, CancellationToken cancellation)
    {
        string? line = await ReadyAsync(cancellation);
        Assert.True(line is not null, Log);
        string address = line.Split(' ').Single(each => each.StartsWith(which + "=", StringComparison.Ordinal))[(which.Length + 1)..];
        using var client = new HttpClient();
        using HttpResponseMessage answer = await client.GetAsync(new Uri(new Uri(address), path), cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>As <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        Signal.SendKill(_process.Id);
        await _process.WaitForExitAsync(cancellation);
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await PoliteEnd.StopAsync(_process);
        return _process.ExitCode;
    }

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
