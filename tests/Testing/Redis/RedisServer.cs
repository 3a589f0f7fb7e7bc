using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Redis;

/// <summary>
/// A redis-server of a test's own: in a folder of its own, on a unix socket and a free loopback port there. It can be killed and started
/// again with its data; it is ended by its own id.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    /// <summary>What to say when <see cref="Find"/> finds nothing.</summary>
    public const string Missing = "redis-server is not on the path. Install the package redis-server.";

    private const string ReadyWords = "Ready to accept connections";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _program;
    private readonly TempFolder _folder = new();
    private readonly string[] _more;
    private readonly int _port = LoopbackPort.Free();
    private readonly RecentLines _log = new();
    private Process? _process;

    private RedisServer(string program, string[] more)
    {
        _program = program;
        _more = more;
    }

    public EndPoint Unix => new UnixDomainSocketEndPoint(_folder.Combine("s"));

    public EndPoint Tcp => new IPEndPoint(IPAddress.Loopback, _port);

    /// <summary>Its process.</summary>
    /// <exception cref="InvalidOperationException">It was ended.</exception>
    public int Id => _process?.Id ?? throw new InvalidOperationException("redis-server was ended.");

    /// <summary>The last lines it wrote.</summary>
    public string Log => _log.ToString();

    public static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);

    /// <summary>Starts one that forgets nothing it has answered.</summary>
    /// <param name="program">Where it is.</param>
    /// <param name="cancellation">Ends the wait for it.</param>
    /// <param name="more">Further arguments.</param>
    public static async Task<RedisServer> StartAsync(string program, CancellationToken cancellation, params string[] more)
    {
        var server = new RedisServer(program, more);
        try
        {
            await server.StartAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one for a test that cannot do without it.</summary>
    /// <param name="cancellation">Ends the wait for it.</param>
    /// <param name="more">Further arguments.</param>
    public static Task<RedisServer> NeedAsync(CancellationToken cancellation, params string[] more) =>
        StartAsync(Required.Found(Find(), Missing), cancellation, more);

    /// <summary>Starts it again, with what it has on disk.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo(_program,
        [
            "--bind", "127.0.0.1", "--port", _port.ToString(CultureInfo.InvariantCulture), "--unixsocket", _folder.Combine("s"),
            "--dir", _folder.Path, "--daemonize", "no", "--save", "", "--appendonly", "yes", "--appendfsync", "always", .. _more,
        ])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) =>
        {
            _log.Add(line.Data ?? "");
            if (line.Data?.Contains(ReadyWords, StringComparison.Ordinal) == true)
                ready.TrySetResult(true);
        };
        _process.Exited += (_, _) => ready.TrySetResult(false);
        _process.Start();
        _process.BeginOutputReadLine();
        if (!await ready.Task.WaitAsync(StartLimit, cancellation))
            throw new InvalidOperationException($"redis-server ended: {Log}");
    }

    /// <summary>Ends it as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            Signal.SendKill(_process.Id);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Asks it to end, as an update does: what it has answered is on its disk then, whatever its policy.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
            return;
        await PoliteEnd.StopAsync(_process);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }
}
