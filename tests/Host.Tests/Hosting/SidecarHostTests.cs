using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Hosting;

public sealed class SidecarHostTests
{
    [Fact]
    public async Task Unknown_routes_and_methods_are_problems()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        using HttpResponseMessage unknown = await sidecar.GetAsync("/v1/nothing");
        await unknown.AssertProblemAsync(404, ProblemCode.RouteUnknown);
        using HttpResponseMessage method = await sidecar.SendAsync(HttpMethod.Patch, "/v1/kv/c/k", null);
        await method.AssertProblemAsync(405, ProblemCode.MethodNotAllowed);
        Assert.Contains("PUT", method.Content.Headers.Allow);
    }

    [Fact]
    public async Task The_admin_listener_serves_no_data()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        using HttpResponseMessage kv = await sidecar.AdminClient.GetAsync(new Uri("/v1/kv/c/k", UriKind.Relative), TestContext.Current.CancellationToken);
        await kv.AssertProblemAsync(404, ProblemCode.RouteUnknown);
        foreach (string path in (string[])["/healthz/live", "/healthz/ready", "/healthz/startup", "/metrics", "/openapi.json"])
        {
            using HttpResponseMessage admin = await sidecar.AdminClient.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, admin.StatusCode);
            using HttpResponseMessage data = await sidecar.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, data.StatusCode);
        }
    }

    [Fact]
    public async Task Status_asks_for_the_token_and_the_token_is_private()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        string token = sidecar.Token;
        foreach (string? authorization in (string?[])[null, "Bearer wrong", "Basic " + token, "Bearer", "Bearer " + token[..^1]])
        {
            (string, string)[] headers = authorization is null ? [] : [("Authorization", authorization)];
            using HttpResponseMessage refused = await sidecar.GetAsync("/v1/status", headers);
            await refused.AssertProblemAsync(401, ProblemCode.TokenRequired);
            Assert.Equal("Bearer", refused.Header("WWW-Authenticate"));
        }
        using HttpResponseMessage accepted = await sidecar.GetAsync("/v1/status", ("Authorization", "bearer " + token));
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        Assert.DoesNotContain(token, sidecar.Log.Text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(sidecar.Folder, AdminToken.FileName)));
    }

    [Fact]
    public async Task A_configured_token_file_takes_the_place_of_the_random_token()
    {
        using TempFolder folder = new();
        string file = folder.Combine("token");
        await File.WriteAllTextAsync(file, "sesame\n", TestContext.Current.CancellationToken);
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync($"listen: {{adminTokenFile: {file}}}");
        using HttpResponseMessage accepted = await sidecar.GetAsync("/v1/status", ("Authorization", "Bearer sesame"));
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        Assert.False(File.Exists(Path.Combine(sidecar.Folder, AdminToken.FileName)));
    }

    [Fact]
    public async Task Status_has_the_promised_shape()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("budget: {limit: 64Mi}");
        using (await sidecar.PutAsync("/v1/kv/c/k", [1]))
        using (await sidecar.GetAsync("/v1/kv/c/k"))
        using (await sidecar.GetAsync("/v1/kv/c/absent"))
        {
        }
        JsonElement status = await sidecar.StatusAsync();
        Assert.Equal(1, status.GetProperty("tiers").GetProperty("hot").GetProperty("hits").GetInt64());
        Assert.Equal(1, status.GetProperty("tiers").GetProperty("warm").GetProperty("misses").GetInt64());
        Assert.Equal(0, status.GetProperty("tiers").GetProperty("cold").GetProperty("objects").GetInt64());
        JsonElement budget = status.GetProperty("budget");
        Assert.Equal(64L << 20, budget.GetProperty("limit").GetInt64());
        Assert.Equal(budget.GetProperty("ledger").GetInt64(),
            budget.GetProperty("components").EnumerateObject().Sum(component => component.Value.GetInt64()));
        Assert.True(budget.GetProperty("residentBytes").GetInt64() > 0);
        Assert.Equal("Balanced", status.GetProperty("compression").GetProperty("level").GetString());
        Assert.Equal(5, status.GetProperty("compression").GetProperty("stages").GetArrayLength());
        Assert.Equal(0, status.GetProperty("packing").GetProperty("runs").GetInt64());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("cold").ValueKind);
        Assert.Empty(status.GetProperty("degraded").EnumerateArray());
        Assert.Equal("calm", status.GetProperty("pressure").GetProperty("state").GetString());
        Assert.Equal(12, status.GetProperty("revision").GetString()!.Length);
        Assert.True(status.GetProperty("recovery").GetProperty("clean").GetBoolean());
        Assert.Empty(status.GetProperty("operations").EnumerateArray());
    }

    [Fact]
    public async Task Values_survive_a_restart_and_the_token_stays_the_same()
    {
        using TempFolder folder = new();
        string token;
        await using (RunningSidecar first = await RunningSidecar.StartAsync(folder: folder.Path))
        {
            token = first.Token;
            using HttpResponseMessage put = await first.PutAsync("/v1/kv/c/k", [1, 2, 3]);
            Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
            Assert.True(File.Exists(folder.Combine(AdminAddress.FileName)));
        }
        Assert.False(File.Exists(folder.Combine(AdminAddress.FileName)));
        await using RunningSidecar second = await RunningSidecar.StartAsync(folder: folder.Path);
        Assert.Equal([1, 2, 3], await second.Client.GetByteArrayAsync(new Uri("/v1/kv/c/k", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(token, second.Token);
        Assert.True((await second.StatusAsync()).GetProperty("recovery").GetProperty("clean").GetBoolean());
    }

    [Fact]
    public async Task A_second_sidecar_on_one_folder_is_refused()
    {
        await using RunningSidecar first = await RunningSidecar.StartAsync();
        StoreException refused = await Assert.ThrowsAsync<StoreException>(() => RunningSidecar.StartAsync(folder: first.Folder));
        Assert.Equal(StoreFault.Locked, refused.Fault);
        Assert.Equal("ok", await first.Client.GetStringAsync(new Uri("/healthz/ready", UriKind.Relative), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Sidecars_without_a_configured_admin_port_do_not_meet()
    {
        await using RunningSidecar first = await RunningSidecar.StartAsync(adminConfigured: false);
        await using RunningSidecar second = await RunningSidecar.StartAsync(adminConfigured: false);
        Assert.NotEqual(first.Host.Admin, second.Host.Admin);
        Assert.Contains("the admin listener answers on", second.Log.Text, StringComparison.Ordinal);
        Assert.True((await second.StatusAsync()).TryGetProperty("revision", out _));
    }

    [Fact]
    public async Task A_taken_port_is_a_clear_error_and_leaves_the_folder_free()
    {
        using TempFolder folder = new();
        using Socket taken = new(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        SidecarSetup setup = Setups.Of($"listen: {{data: '127.0.0.1:{port}', admin: '127.0.0.1:0'}}\ndata: {{path: {folder.Path}}}");
        HostingException refused = await Assert.ThrowsAsync<HostingException>(() => SidecarHost.StartAsync(setup));
        Assert.Contains($"listen.data: cannot listen on 127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
        await using RunningSidecar after = await RunningSidecar.StartAsync(folder: folder.Path);
    }

    [Fact]
    public async Task The_answer_says_when_a_write_is_only_buffered()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("durability: {policy: never}");
        using HttpResponseMessage put = await sidecar.PutAsync("/v1/kv/c/k", [1]);
        Assert.Equal("buffered", put.Header("Thermocline-Durability"));
    }

    [Fact]
    public async Task A_failed_sync_latches_the_store_and_readiness_goes_false()
    {
        FaultyFiles files = new();
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(files: files);
        using (await sidecar.PutAsync("/v1/kv/c/k", [1]))
        {
        }
        files.FailAt(files.Operations.Count);
        using HttpResponseMessage failed = await sidecar.PutAsync("/v1/kv/c/k", [2]);
        await failed.AssertProblemAsync(503, ProblemCode.StoreLatched);
        using HttpResponseMessage later = await sidecar.PutAsync("/v1/kv/c/other", [2]);
        await later.AssertProblemAsync(503, ProblemCode.StoreLatched);
        using HttpResponseMessage read = await sidecar.GetAsync("/v1/kv/c/k");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        using HttpResponseMessage ready = await sidecar.GetAsync("/healthz/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using HttpResponseMessage live = await sidecar.GetAsync("/healthz/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.NotEqual(JsonValueKind.Null, (await sidecar.StatusAsync()).GetProperty("log").GetProperty("latchedBy").ValueKind);
    }

    [Fact]
    public async Task A_damaged_record_is_not_served_and_names_its_place()
    {
        using TempFolder folder = new();
        await using (RunningSidecar first = await RunningSidecar.StartAsync(folder: folder.Path))
            (await first.PutAsync("/v1/kv/c/k", "find these bytes"u8.ToArray())).Dispose();
        string segment = Directory.EnumerateFiles(folder.Combine("log"), "*", SearchOption.AllDirectories).First(file =>
            File.ReadAllBytes(file).AsSpan().IndexOf("find these bytes"u8) >= 0);
        byte[] bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().IndexOf("find these bytes"u8)] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);

        await using RunningSidecar second = await RunningSidecar.StartAsync(folder: folder.Path);
        using HttpResponseMessage get = await second.GetAsync("/v1/kv/c/k");
        JsonElement problem = await get.AssertProblemAsync(500, ProblemCode.RecordDamaged);
        Assert.Contains(Path.GetFileName(segment), problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("at byte", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using HttpResponseMessage put = await second.PutAsync("/v1/kv/c/k", [1]);
        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
    }

    [Fact]
    public async Task A_running_request_may_end_while_the_sidecar_stops()
    {
        RunningSidecar sidecar = await RunningSidecar.StartAsync();
        using RawConnection connection = await sidecar.ConnectAsync();
        await connection.SendAsync("PUT /v1/kv/c/k HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        await connection.ReadUntilAsync("100 Continue");
        Task stopping = sidecar.Host.StopAsync();
        Assert.True(sidecar.Host.Lifecycle.Stopping);
        Assert.False(stopping.IsCompleted);
        await connection.SendAsync("done");
        Assert.Contains("HTTP/1.1 204", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        await stopping;
        await sidecar.DisposeAsync();
    }

    [Fact]
    public async Task A_request_that_outlives_the_grace_period_is_cut()
    {
        RunningSidecar sidecar = await RunningSidecar.StartAsync("listen: {graceSeconds: 0}");
        using RawConnection connection = await sidecar.ConnectAsync();
        await connection.SendAsync("PUT /v1/kv/c/k HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        await connection.ReadUntilAsync("100 Continue");
        await sidecar.Host.StopAsync();
        Assert.DoesNotContain("HTTP/1.1 204", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        await sidecar.DisposeAsync();
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("listen: {maxConnections: 2}");
        using RawConnection first = await sidecar.ConnectAsync();
        using RawConnection second = await sidecar.ConnectAsync();
        await first.SendAsync("GET /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n");
        await first.ReadUntilAsync("ok");
        await second.SendAsync("GET /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n");
        await second.ReadUntilAsync("ok");
        using RawConnection third = await sidecar.ConnectAsync();
        await third.SendAsync("GET /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Empty(await third.ReadToEndAsync());
    }

    [Fact]
    public async Task Bodies_in_flight_are_bounded_together()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("budget: {limit: 64Mi}");
        const string Head = " HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\nExpect: 100-continue\r\n\r\n";
        using (RawConnection first = await sidecar.ConnectAsync())
        using (RawConnection second = await sidecar.ConnectAsync())
        {
            await first.SendAsync("PUT /v1/kv/c/1" + Head);
            await first.ReadUntilAsync("100 Continue");
            await second.SendAsync("PUT /v1/kv/c/2" + Head);
            await second.ReadUntilAsync("100 Continue");
            using HttpResponseMessage third = await sidecar.PutAsync("/v1/kv/c/3", new byte[4 << 20]);
            await third.AssertProblemAsync(429, ProblemCode.Busy);
            Assert.Equal("1", third.Header("Retry-After"));
            using HttpResponseMessage small = await sidecar.PutAsync("/v1/kv/c/4", new byte[1 << 20]);
            Assert.Equal(HttpStatusCode.NoContent, small.StatusCode);
        }
        // What the two took is given back once the server has noticed that they are gone.
        while (true)
        {
            using HttpResponseMessage again = await sidecar.PutAsync("/v1/kv/c/3", new byte[4 << 20]);
            if (again.StatusCode == HttpStatusCode.NoContent)
                break;
            Assert.Equal(HttpStatusCode.TooManyRequests, again.StatusCode);
        }
    }

    [Fact]
    public async Task No_key_value_or_token_is_logged_at_any_level()
    {
        FaultyFiles files = new();
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("telemetry: {logLevel: debug}", files: files);
        (await sidecar.PutAsync("/v1/kv/secretcollection/secretkey?ttlSeconds=60", "secretvalue"u8.ToArray())).Dispose();
        (await sidecar.GetAsync("/v1/kv/secretcollection/secretkey", ("Authorization", "Bearer secrettoken"))).Dispose();
        (await sidecar.GetAsync("/v1/status", ("Authorization", "Bearer secrettoken"))).Dispose();
        (await sidecar.PutAsync("/v1/kv/secretcollection/secretkey?secretparameter=1", [1])).Dispose();
        using (RawConnection broken = await sidecar.ConnectAsync())
        {
            await broken.SendAsync("PUT /v1/kv/secretcollection/secretkey HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nsecret");
            await broken.ReadToEndAsync();
        }
        files.FailAt(files.Operations.Count);
        using HttpResponseMessage failed = await sidecar.PutAsync("/v1/kv/secretcollection/secretkey", "secretvalue"u8.ToArray());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        Assert.Contains("The store failed", sidecar.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", sidecar.Log.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(sidecar.Token, sidecar.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_configured_and_not_acted_on_is_said_once()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync("tiers: {warm: {maxBytes: 1Gi}}\nsearch: {}");
        Assert.Contains("Configured, but not acted on: tiers.warm.maxBytes (needs tiers.cold), search", sidecar.Log.Text, StringComparison.Ordinal);
    }
}
