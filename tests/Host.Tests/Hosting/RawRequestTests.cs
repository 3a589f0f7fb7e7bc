using Thermocline.Host.Tests.Fixture;
using Xunit;

namespace Thermocline.Host.Tests.Hosting;

public sealed class RawRequestTests : IAsyncLifetime
{
    private const string Close = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";

    private RunningSidecar _sidecar = null!;

    public async ValueTask InitializeAsync() => _sidecar = await RunningSidecar.StartAsync();

    public async ValueTask DisposeAsync() => await _sidecar.DisposeAsync();

    [Fact]
    public async Task A_half_closed_connection_is_answered()
    {
        using RawConnection connection = await _sidecar.ConnectAsync();
        await connection.SendAsync("PUT /v1/kv/c/half HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
        connection.HalfClose();
        string answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 204", answer, StringComparison.Ordinal);
        Assert.Equal(0, answer.LastIndexOf("HTTP/1.1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhalf")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhal")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    public async Task A_truncated_body_stores_nothing(string rest)
    {
        using RawConnection connection = await _sidecar.ConnectAsync();
        await connection.SendAsync("PUT /v1/kv/c/truncated" + Close + rest);
        connection.HalfClose();
        string answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("body-truncated", answer, StringComparison.Ordinal);
        using HttpResponseMessage get = await _sidecar.GetAsync("/v1/kv/c/truncated");
        Assert.Equal(404, (int)get.StatusCode);
        Assert.Equal("", string.Join('\n', _sidecar.Log.Text.Split('\n').Where(line => line.StartsWith("Error", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_client_that_vanishes_in_the_middle_stores_nothing()
    {
        using (RawConnection connection = await _sidecar.ConnectAsync())
            await connection.SendAsync("PUT /v1/kv/c/vanished" + Close + "Content-Length: 1000000\r\n\r\nhalf");
        using HttpResponseMessage get = await _sidecar.GetAsync("/v1/kv/c/vanished");
        Assert.Equal(404, (int)get.StatusCode);
    }

    [Theory]
    [InlineData("zz\r\nhi\r\n0\r\n\r\n")]
    [InlineData("2\r\nhiX0\r\n\r\n")]
    public async Task Broken_chunks_are_refused(string chunks)
    {
        using RawConnection connection = await _sidecar.ConnectAsync();
        await connection.SendAsync("PUT /v1/kv/c/chunks" + Close + "Transfer-Encoding: chunked\r\n\r\n" + chunks);
        string answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("request-malformed", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        using RawConnection connection = await _sidecar.ConnectAsync();
        await connection.SendAsync(
            "PUT /v1/kv/c/p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
            + "GET /v1/kv/c/p HTTP/1.1\r\nHost: x\r\n\r\n"
            + "PUT /v1/kv/c/p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo"
            + "GET /v1/kv/c/p" + Close + "\r\n");
        string answer = await connection.ReadToEndAsync();
        int one = answer.IndexOf("\r\n\r\none", StringComparison.Ordinal);
        int two = answer.IndexOf("\r\n\r\ntwo", StringComparison.Ordinal);
        Assert.True(one > 0 && two > one, answer);
    }

    [Theory]
    [InlineData("/v1/kv/c/../../../../etc/passwd", "404")]
    [InlineData("/v1/../v1/kv/c/k", "404")]
    [InlineData("/v1/%6Bv/c/k", "404")]
    [InlineData("/v1/kv", "404")]
    [InlineData("/v1/kv/", "404")]
    [InlineData("//v1/kv/c/k", "404")]
    [InlineData("/v1/kv/c/%", "400")]
    [InlineData("/v1/kv/c/%00", "400")]
    [InlineData("/v1/kv/c/\u00E9", "400")]
    [InlineData("/v1/kv/c/k\0", "400")]
    [InlineData("*", "40")]
    [InlineData("http://elsewhere/v1/kv/c/k", "40")]
    [InlineData("/v1/kv/%5fmemories/k", "400")]
    public async Task A_hostile_target_is_refused_and_the_server_lives(string target, string status)
    {
        using RawConnection connection = await _sidecar.ConnectAsync();
        await connection.SendAsync("GET " + target + Close + "\r\n");
        Assert.StartsWith("HTTP/1.1 " + status, await connection.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal("ok", await _sidecar.Client.GetStringAsync(new Uri("/healthz/ready", UriKind.Relative), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(40_000, 1, "431")]
    [InlineData(10, 80, "431")]
    public async Task Headers_are_bounded(int length, int count, string status)
    {
        using RawConnection connection = await _sidecar.ConnectAsync();
        string headers = string.Concat(Enumerable.Range(0, count).Select(each => $"X-{each}: {new string('a', length)}\r\n"));
        await connection.SendAsync("GET /healthz/live" + Close + headers + "\r\n");
        Assert.StartsWith("HTTP/1.1 " + status, await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_line_is_bounded()
    {
        using RawConnection connection = await _sidecar.ConnectAsync();
        await connection.SendAsync("GET /v1/kv/c/" + new string('a', 9_000) + Close + "\r\n");
        Assert.StartsWith("HTTP/1.1 414", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NONSENSE\r\n\r\n")]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("GET /healthz/live HTTP/1.1\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00FC\u0003\u0003\r\n\r\n")]
    public async Task What_is_no_http_is_refused(string bytes)
    {
        using RawConnection connection = await _sidecar.ConnectAsync();
        await connection.SendAsync(bytes);
        connection.HalfClose();
        string answer = await connection.ReadToEndAsync();
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal)
            || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal), answer);
    }

    [Fact]
    public async Task A_large_refused_body_does_not_cost_the_connection_its_answer()
    {
        using RawConnection connection = await _sidecar.ConnectAsync();
        await connection.SendAsync("PUT /v1/kv/c/large" + Close + $"Content-Length: {17 << 20}\r\nExpect: 100-continue\r\n\r\n");
        Assert.Contains("body-too-large", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }
}
