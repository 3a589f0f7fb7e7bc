using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Hosting;

/// <summary>The sidecar as a process of its own: what only a process can show.</summary>
[Collection(ProcessCollection.Name)]
public sealed partial class ProcessTests : IDisposable
{
    private const int Idle = 10_000;

    /// <summary>Generous: buffers of connections that send nothing are given back, what stays is bookkeeping.</summary>
    private const long BytesPerIdleConnection = 24 << 10;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    public async Task A_signal_stops_the_process_cleanly(int signal)
    {
        using Process process = Start();
        Uri address = await ReadyAsync(process);
        using (HttpClient client = new())
        {
            using HttpResponseMessage put = await client.PutAsync(
                new Uri(address, "/v1/kv/c/k"), new ByteArrayContent([1]), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        }
        Assert.Equal(0, Kill(process.Id, signal));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.True(File.Exists(_folder.Combine("index.snapshot")));
        Assert.False(File.Exists(_folder.Combine("admin.url")));
    }

    [Fact]
    public async Task A_second_interrupt_ends_the_process_at_once()
    {
        using Process process = Start();
        Uri address = await ReadyAsync(process);
        // A request that is not finished keeps the stop waiting.
        using Socket socket = await ConnectAsync(address.Port);
        await socket.SendAsync(
            "PUT /v1/kv/c/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"u8.ToArray(),
            TestContext.Current.CancellationToken);
        Assert.True(await socket.ReceiveAsync(new byte[64], TestContext.Current.CancellationToken) > 0);
        Assert.Equal(0, Kill(process.Id, 2));
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line
            && !line.Contains("Stopping", StringComparison.Ordinal))
        {
        }
        Assert.Equal(0, Kill(process.Id, 2));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
    }

    [Fact]
    public async Task Json_logs_are_one_object_a_line_on_standard_error()
    {
        using Process process = Start("--log-format", "json");
        await ReadyAsync(process);
        Assert.Equal(0, Kill(process.Id, 15));
        string log = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        string[] lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            using System.Text.Json.JsonDocument entry = System.Text.Json.JsonDocument.Parse(line);
            Assert.True(entry.RootElement.TryGetProperty("Message", out _));
        });
    }

    [Fact]
    public async Task Ten_thousand_idle_connections_leave_memory_flat()
    {
        using Process process = Start();
        Uri address = await ReadyAsync(process);
        List<Socket> sockets = [];
        try
        {
            // The first ones pay for what is made once.
            for (int each = 0; each < 100; each++)
                sockets.Add(await ConnectAsync(address.Port));
            long before = await ResidentAsync(address);
            for (int each = 0; each < Idle; each++)
                sockets.Add(await ConnectAsync(address.Port));
            // The operating system accepts before the sidecar does: asked again until it has caught up.
            while (await ValueAsync(address, "thermocline_http_connections{listener=\"data\"}") < Idle + 100)
            {
            }
            long grown = await ResidentAsync(address) - before;
            TestContext.Current.TestOutputHelper?.WriteLine($"{grown / Idle} bytes for each idle connection");
            Assert.True(grown < Idle * BytesPerIdleConnection, $"{grown / Idle} bytes for each idle connection");
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return socket;
    }

    private static Task<long> ResidentAsync(Uri address) => ValueAsync(address, "thermocline_process_resident_memory_bytes");

    private static async Task<long> ValueAsync(Uri address, string series)
    {
        using HttpClient client = new();
        string metrics = await client.GetStringAsync(new Uri(address, "/metrics"), TestContext.Current.CancellationToken);
        string line = metrics.Split('\n').Single(each =>
            each.StartsWith(series + " ", StringComparison.Ordinal));
        return (long)double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<Uri> ReadyAsync(Process process)
    {
        string? line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.True(line is not null, "the sidecar ended before it was ready");
        Assert.StartsWith("ready http://127.0.0.1:", line, StringComparison.Ordinal);
        return new Uri(line.Split(' ')[1]);
    }

    private Process Start(params string[] more)
    {
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "thermocline.dll"), "serve", "--data", _folder.Path, "--listen", "127.0.0.1:0" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["THERMOCLINE__LISTEN__ADMIN"] = "127.0.0.1:0" },
        };
        foreach (string argument in more)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
