using System.Net.Sockets;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Hosting;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Hosting;

public sealed class UnixSocketTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string SocketPath => _folder.Combine("data.sock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_data_api_answers_on_the_socket_and_the_socket_goes_away()
    {
        await using (RunningSidecar sidecar = await StartAsync())
        {
            Assert.Equal("ok", await AskAsync());
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        }
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task A_configured_mode_is_set()
    {
        await using RunningSidecar sidecar = await StartAsync(", dataSocketMode: '0660'");
        if (!OperatingSystem.IsWindows())
            Assert.Equal((UnixFileMode)0x1B0, File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public async Task A_stale_socket_is_replaced()
    {
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(SocketPath + ".made"));
            File.Move(SocketPath + ".made", SocketPath);
        }
        Assert.True(File.Exists(SocketPath));
        await using RunningSidecar sidecar = await StartAsync();
        Assert.Equal("ok", await AskAsync());
    }

    [Fact]
    public async Task A_socket_somebody_answers_on_is_left_alone()
    {
        await using RunningSidecar first = await StartAsync();
        HostingException refused = await Assert.ThrowsAsync<HostingException>(() => StartAsync());
        Assert.Contains("another process answers", refused.Message, StringComparison.Ordinal);
        Assert.Equal("ok", await AskAsync());
    }

    [Fact]
    public async Task A_file_with_content_is_left_alone()
    {
        await File.WriteAllTextAsync(SocketPath, "mine", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<HostingException>(() => StartAsync());
        Assert.Equal("mine", await File.ReadAllTextAsync(SocketPath, TestContext.Current.CancellationToken));
    }

    private Task<RunningSidecar> StartAsync(string more = "") =>
        RunningSidecar.StartAsync($"listen: {{dataSocket: {SocketPath}{more}}}");

    private async Task<string> AskAsync()
    {
        using SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using HttpClient client = new(handler);
        return await client.GetStringAsync(new Uri("http://sidecar/healthz/ready"), TestContext.Current.CancellationToken);
    }
}
