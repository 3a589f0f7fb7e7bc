using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Thermocline.Testing.Processes;

namespace Thermocline.Benchmarks.Http;

/// <summary>Our sidecar as a user runs it: a process of its own, on a loopback port and a unix socket.</summary>
internal sealed partial class MeasuredSidecar : IDisposable
{
    /// <summary>What to say when <see cref="Find"/> finds nothing.</summary>
    public const string Missing = "no sidecar to measure: run ./build, or build sidecar/Host in Release, or give --sidecar FILE";

    private const int Terminate = 15;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private volatile string _lastError = "";

    /// <param name="executable">The executable, or its dll.</param>
    /// <param name="folder">Where its configuration and data go.</param>
    /// <param name="socketPath">The unix socket of the data API, a short path.</param>
    /// <param name="budget">The <c>budget.limit</c>.</param>
    /// <param name="componentFolder">Where daprd would look for its socket; empty for none.</param>
    public MeasuredSidecar(string executable, string folder, string socketPath, string budget = "1Gi", string componentFolder = "")
    {
        int port = LoopbackPort.Free();
        Unix = new UnixDomainSocketEndPoint(socketPath);
        Tcp = new IPEndPoint(IPAddress.Loopback, port);
        string configuration = Path.Combine(folder, "thermocline.yaml");
        File.WriteAllText(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            listen:
              data: "127.0.0.1:{port}"
              dataSocket: "{socketPath}"
              admin: "127.0.0.1:{LoopbackPort.Free()}"
            data:
              path: "{Path.Combine(folder, "data")}"
            budget:
              limit: {budget}
            durability:
              policy: always
            dapr:
              socketFolder: "{componentFolder}"
            """));
        bool isLibrary = executable.EndsWith(".dll", StringComparison.Ordinal);
        var start = new ProcessStartInfo(isLibrary ? "dotnet" : executable) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (isLibrary)
            start.ArgumentList.Add(executable);
        foreach (string argument in new[] { "serve", "--config", configuration })
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("The sidecar did not start.");
        _process.ErrorDataReceived += (_, line) => _lastError = line.Data ?? _lastError;
        _process.BeginErrorReadLine();
        WaitUntilReady();
    }

    public int Id => _process.Id;

    public EndPoint Unix { get; }

    public EndPoint Tcp { get; }

    /// <summary>The sidecar that was asked for, or the one that was built; null when there is none.</summary>
    public static string? Find(string? asked)
    {
        string[] candidates = asked is not null
            ? [asked]
            :
            [
                Path.Combine("out", "thermocline"),
                Path.Combine("artifacts", "bin", "Thermocline.Sidecar", "release", "thermocline"),
                Path.Combine("artifacts", "bin", "Thermocline.Sidecar", "release", "thermocline.dll"),
            ];
        return candidates.Select(Path.GetFullPath).FirstOrDefault(File.Exists);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _ = Signal(_process.Id, Terminate);
        if (!_process.WaitForExit(StopPatience))
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void WaitUntilReady()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            // The ready line is all it says on standard output; the log, on standard error, is read and dropped.
            if (line.StartsWith("ready ", StringComparison.Ordinal))
                return;
        }
        _process.WaitForExit();
        throw new InvalidOperationException($"The sidecar ended with exit code {_process.ExitCode} before it was ready: {_lastError}");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int processId, int signal);
}
