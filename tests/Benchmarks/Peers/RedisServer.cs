using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Thermocline.Testing.Processes;

namespace Thermocline.Benchmarks.Peers;

/// <summary>A redis-server of our own: its folder, its unix socket, its loopback port; stopped by its process.</summary>
internal sealed class RedisServer : IDisposable
{
    private const int StartAttempts = 200;

    private readonly Process _process;

    /// <param name="folder">Where its append-only file goes: the same file system as ours.</param>
    /// <param name="socketPath">The unix socket, a short path.</param>
    /// <param name="appendFsync">The fsync policy of the append-only file, or null for no file at all.</param>
    public RedisServer(string folder, string socketPath, string? appendFsync)
    {
        Directory.CreateDirectory(folder);
        int port = LoopbackPort.Free();
        Unix = new UnixDomainSocketEndPoint(socketPath);
        Tcp = new IPEndPoint(IPAddress.Loopback, port);
        _process = Process.Start(StartOf(folder, socketPath, port, appendFsync))
            ?? throw new InvalidOperationException("redis-server did not start.");
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        WaitUntilItAnswers();
    }

    public EndPoint Unix { get; }

    public EndPoint Tcp { get; }

    public int Id => _process.Id;

    public static string? FindExecutable() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static ProcessStartInfo StartOf(string folder, string socketPath, int port, string? appendFsync)
    {
        var start = new ProcessStartInfo(FindExecutable()!) { RedirectStandardOutput = true };
        string[] arguments =
        [
            "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
            "--unixsocket", socketPath, "--dir", folder, "--daemonize", "no", "--save", "",
            "--appendonly", appendFsync is null ? "no" : "yes", "--appendfsync", appendFsync ?? "no",
            // No rewrite of the file in the middle of a round: that would be held against Redis.
            "--auto-aof-rewrite-percentage", "0",
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    private void WaitUntilItAnswers()
    {
        for (int attempt = 0; attempt < StartAttempts && !_process.HasExited; attempt++)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(Unix);
                return;
            }
            catch (SocketException)
            {
                // Not there yet: a server gives no other sign that it has started.
                Thread.Sleep(25);
            }
        }
        Dispose();
        throw new InvalidOperationException("redis-server did not answer on its socket.");
    }
}
