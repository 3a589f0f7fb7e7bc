using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Thermocline.Grpc;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Protocol.Components;
using Thermocline.Protocol.Rpc;
using Thermocline.Sidecar.Hosting;
using Thermocline.Testing;
using Thermocline.Testing.Grpc;
using Xunit;

namespace Thermocline.Host.Tests.Dapr;

/// <summary>What a Component may count on beyond Dapr's own cases: its key space, its limits, and what failures look like.</summary>
public sealed class StateStoreTests
{
    private const int ValueBytesMax = (4 << 20) - (16 << 10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Components_do_not_see_each_other_nor_the_key_value_api()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        string[] names = ["agents", "agents.", "other", "", "Odd/Name", "odd/name", new('x', 253), new('x', 252)];
        foreach (string name in names)
        {
            using ComponentClient client = sidecar.As(name);
            await client.CallAsync("StateStore", "Set", StateSidecar.Request("key", $"of {name}"), SetResponse.Parser);
        }

        foreach (string name in names)
        {
            using ComponentClient client = sidecar.As(name);
            GetResponse read = await client.CallAsync("StateStore", "Get", new GetRequest { Key = "key" }, GetResponse.Parser);
            Assert.Equal($"of {name}", read.Data.ToStringUtf8());
        }

        using HttpResponseMessage reserved = await sidecar.Sidecar.GetAsync("/v1/kv/_dapr.agents/key");
        Assert.Equal(HttpStatusCode.BadRequest, reserved.StatusCode);
    }

    [Fact]
    public async Task Settings_outlive_the_process_and_nobody_says_them_again()
    {
        using var folder = new TempFolder();
        await using (StateSidecar first = await StateSidecar.StartAsync(folder: folder.Path))
        {
            await first.InitAsync(("ttlInSeconds", "60"), ("keyPrefix", "none"), ("anything", "goes"));
            await first.InitAsync(("ttlInSeconds", "60"));
            await first.SetAsync("before", "1");
        }

        await using StateSidecar second = await StateSidecar.StartAsync(folder: folder.Path);
        Assert.Equal("1", (await second.GetAsync("before")).Data.ToStringUtf8());
        await second.SetAsync("after", "2");
        Assert.Contains("ttlExpireTime", (await second.GetAsync("after")).Metadata.Keys);
        using ComponentClient other = second.As("other");
        await other.CallAsync("StateStore", "Set", StateSidecar.Request("key", "1"), SetResponse.Parser);
        Assert.Empty((await other.CallAsync("StateStore", "Get", new GetRequest { Key = "key" }, GetResponse.Parser)).Metadata);
        await second.InitAsync();
        await second.SetAsync("after", "3");
        Assert.Empty((await second.GetAsync("after")).Metadata);
    }

    [Fact]
    public async Task A_component_with_a_wrong_setting_is_refused()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        AssertKit(await Assert.ThrowsAsync<CallException>(() => sidecar.InitAsync(("ttlInSeconds", "soon"))), StatusCode.InvalidArgument, "400");
        await sidecar.SetAsync("key", "1");
    }

    [Fact]
    public async Task There_are_so_many_components_and_no_more()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        for (int i = 0; i < 256; i++)
        {
            using ComponentClient client = sidecar.As($"c{i}");
            await client.CallAsync("StateStore", "Get", new GetRequest { Key = "key" }, GetResponse.Parser);
        }

        AssertKit(await Assert.ThrowsAsync<CallException>(() => sidecar.GetAsync("key")), StatusCode.ResourceExhausted, "429");
    }

    [Theory]
    [InlineData("", "key-empty")]
    [InlineData("a\0b", "key-invalid")]
    [InlineData(null, "key-too-long")]
    public async Task A_key_that_cannot_be_one_is_refused_by_every_call(string? key, string code)
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        key ??= new string('ä', 513);
        Func<Task>[] calls =
        [
            () => sidecar.GetAsync(key),
            () => sidecar.SetAsync(key, "1"),
            () => sidecar.DeleteAsync(new DeleteRequest { Key = key }),
            () => sidecar.BulkGetAsync(["fine", key]),
            () => sidecar.BulkSetAsync([StateSidecar.Request("fine", "1"), StateSidecar.Request(key, "1")]),
            () => sidecar.BulkDeleteAsync([new DeleteRequest { Key = key }]),
            () => sidecar.TransactAsync(new TransactionalStateOperation { Set = StateSidecar.Request(key, "1") }),
        ];
        foreach (Func<Task> call in calls)
        {
            CallException refused = await Assert.ThrowsAsync<CallException>(call);
            AssertKit(refused, StatusCode.InvalidArgument, "400");
            Assert.Equal(code, refused.Status!.Details[0].Unpack<ErrorInfo>().Reason);
        }

        Assert.True((await sidecar.GetAsync("fine")).Data.IsEmpty);
        await sidecar.SetAsync(new string('ä', 512), "1");
        await sidecar.SetAsync("app||ключ 🔑/../\n", "1");
        Assert.Equal("1", (await sidecar.GetAsync("app||ключ 🔑/../\n")).Data.ToStringUtf8());
    }

    [Fact]
    public async Task The_largest_value_can_be_read_and_a_larger_one_is_not_written()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync("budget: {limit: 1Gi}");
        var random = new Random(5);
        byte[] value = new byte[ValueBytesMax];
        random.NextBytes(value);
        var request = new SetRequest { Key = new string('k', 1_024), Value = ByteString.CopyFrom(value), ContentType = new string('t', 1_024) };
        request.Metadata["ttlInSeconds"] = "1000";
        await sidecar.SetAsync(request);
        GetResponse read = await sidecar.GetAsync(request.Key);
        Assert.True(read.Data.Span.SequenceEqual(value));
        Assert.True(read.CalculateSize() < 4 << 20);
        request.Value = ByteString.CopyFrom(new byte[ValueBytesMax + 1]);
        AssertKit(await Assert.ThrowsAsync<CallException>(() => sidecar.SetAsync(request)), StatusCode.ResourceExhausted, "413");
        Assert.True((await sidecar.GetAsync(request.Key)).Data.Span.SequenceEqual(value));
    }

    [Fact]
    public async Task An_answer_of_many_stays_below_what_daprd_reads_and_says_what_is_missing()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync("budget: {limit: 1Gi}");
        var value = ByteString.CopyFrom(new byte[900_000]);
        for (int i = 0; i < 6; i++)
            await sidecar.SetAsync(new SetRequest { Key = $"{i}", Value = value });
        BulkGetResponse read = await sidecar.BulkGetAsync(["0", "1", "2", "3", "4", "5", "absent"]);
        Assert.True(read.CalculateSize() < 4 << 20);
        Assert.Equal([true, true, true, true, false, false, true], read.Items.Select(item => item.Error.Length == 0));
        Assert.Contains("ask for it alone", read.Items[5].Error, StringComparison.Ordinal);
        Assert.Equal(value.Length, (await sidecar.GetAsync("5")).Data.Length);
    }

    [Fact]
    public async Task More_items_than_a_batch_may_have_are_refused()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync("budget: {limit: 1Gi}");
        string[] keys = [.. Enumerable.Range(0, 10_001).Select(i => $"{i}")];
        AssertKit(await Assert.ThrowsAsync<CallException>(() => sidecar.BulkGetAsync(keys)), StatusCode.InvalidArgument, "400");
        AssertKit(await Assert.ThrowsAsync<CallException>(
            () => sidecar.BulkSetAsync(keys.Select(key => StateSidecar.Request(key, "1")))), StatusCode.InvalidArgument, "400");
        await sidecar.BulkSetAsync(keys.Take(10_000).Select(key => StateSidecar.Request(key, "1")));
        Assert.Equal("1", (await sidecar.GetAsync("9999")).Data.ToStringUtf8());
        Assert.True((await sidecar.GetAsync("10000")).Data.IsEmpty);
    }

    [Fact]
    public async Task What_says_nothing_and_what_cannot_be_kept_is_refused()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        AssertKit(await Assert.ThrowsAsync<CallException>(
            () => sidecar.TransactAsync(new TransactionalStateOperation())), StatusCode.InvalidArgument, "400");
        SetRequest request = StateSidecar.Request("key", "1");
        request.ContentType = "text/plain\r\nX: y";
        AssertKit(await Assert.ThrowsAsync<CallException>(() => sidecar.SetAsync(request)), StatusCode.InvalidArgument, "400");
    }

    [Fact]
    public async Task A_full_disk_refuses_writes_and_answers_reads()
    {
        var files = new FaultyFiles();
        await using StateSidecar sidecar = await StateSidecar.StartAsync(files: files);
        await sidecar.SetAsync("key", "1");
        files.FullFrom(files.Operations.Count);
        AssertKit(await Assert.ThrowsAsync<CallException>(() => sidecar.SetAsync("key", "2")), StatusCode.ResourceExhausted, "507");
        Assert.Equal("1", (await sidecar.GetAsync("key")).Data.ToStringUtf8());
        files.GiveSpace();
        await sidecar.SetAsync("key", "3");
        Assert.Equal("3", (await sidecar.GetAsync("key")).Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_store_that_lost_its_disk_says_try_again()
    {
        var files = new FaultyFiles();
        await using StateSidecar sidecar = await StateSidecar.StartAsync(files: files);
        await sidecar.SetAsync("key", "1");
        files.FailAt(files.Operations.Count);
        for (int attempt = 0; attempt < 2; attempt++)
            AssertKit(await Assert.ThrowsAsync<CallException>(() => sidecar.SetAsync("key", "2")), StatusCode.Unavailable, "503");
        Assert.Equal("1", (await sidecar.GetAsync("key")).Data.ToStringUtf8());
    }

    [Fact]
    public async Task Memory_that_runs_short_refuses_what_would_be_kept_and_nothing_else()
    {
        long used = 0;
        await using StateSidecar sidecar = await StateSidecar.StartAsync(
            "budget: {limit: 100Mi, intervalSeconds: 3600}", sense: ledger => Setups.Roomy(ledger) with { Resident = Interlocked.Read(ref used), Anonymous = Interlocked.Read(ref used) });
        await sidecar.SetAsync("key", "1");
        await sidecar.SetAsync("other", "1");
        Interlocked.Exchange(ref used, 100L << 20);
        for (int i = 0; i < 20 && !await RefusedAsync(); i++)
            sidecar.Sidecar.Host.LookAtMemory();
        Assert.True(await RefusedAsync());
        AssertKit(await Assert.ThrowsAsync<CallException>(
            () => sidecar.BulkSetAsync([StateSidecar.Request("a", "1"), StateSidecar.Request("b", "1")])), StatusCode.ResourceExhausted, "429");
        Assert.Equal("1", (await sidecar.GetAsync("key")).Data.ToStringUtf8());
        await sidecar.DeleteAsync(new DeleteRequest { Key = "key" });
        await sidecar.BulkDeleteAsync([new DeleteRequest { Key = "other" }]);
        Assert.True((await sidecar.GetAsync("key")).Data.IsEmpty);

        async Task<bool> RefusedAsync()
        {
            try
            {
                await sidecar.SetAsync("more", "1");
                return false;
            }
            catch (CallException refused) when (refused.Code == StatusCode.ResourceExhausted)
            {
                return true;
            }
        }
    }

    [Fact]
    public async Task Connections_are_bounded_and_those_that_are_there_go_on()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        await sidecar.SetAsync("key", "1");
        List<Socket> idle = [];
        try
        {
            for (int i = 0; i < ComponentPipeline.ConnectionsMax + 20; i++)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                idle.Add(socket);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(sidecar.Socket), Cancellation);
            }

            // The server ends what is too much, and greets the others.
            byte[] answer = new byte[64];
            int ended = 0;
            foreach (Socket socket in idle)
                ended += await ReceiveAsync(socket, answer) == 0 ? 1 : 0;
            Assert.Equal(21, ended);
            Assert.Equal("1", (await sidecar.GetAsync("key")).Data.ToStringUtf8());
        }
        finally
        {
            idle.ForEach(static socket => socket.Dispose());
        }

        static async Task<int> ReceiveAsync(Socket socket, byte[] answer)
        {
            try
            {
                await socket.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray(), Cancellation);
                return await socket.ReceiveAsync(answer, Cancellation);
            }
            catch (SocketException)
            {
                return 0;
            }
        }
    }

    [Fact]
    public async Task The_two_protocols_do_not_meet()
    {
        await using StateSidecar sidecar = await StateSidecar.StartAsync();
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(sidecar.Socket), Cancellation);
            await socket.SendAsync("GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), Cancellation);
            byte[] answer = new byte[4_096];
            int read = await socket.ReceiveAsync(answer, Cancellation);
            Assert.DoesNotContain("HTTP/1.1 200", System.Text.Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
        }

        using HttpResponseMessage call = await sidecar.Sidecar.SendAsync(
            HttpMethod.Post, "/dapr.proto.components.v1.StateStore/Get", new ByteArrayContent([0, 0, 0, 0, 0]), ("Content-Type", "application/grpc"));
        Assert.Equal(HttpStatusCode.NotFound, call.StatusCode);
        await sidecar.SetAsync("key", "1");
    }

    [Fact]
    public async Task The_socket_is_open_to_daprds_user_and_goes_away_with_the_sidecar()
    {
        string path;
        await using (StateSidecar sidecar = await StateSidecar.StartAsync())
        {
            path = sidecar.Socket;
            if (!OperatingSystem.IsWindows())
                Assert.Equal((UnixFileMode)0x1B6, File.GetUnixFileMode(path));
            string metrics = await sidecar.Sidecar.AdminClient.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation);
            await sidecar.SetAsync("key", "1");
            Assert.DoesNotContain("route=\"unmatched\"", metrics, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(path));
    }

    private static void AssertKit(CallException refused, StatusCode code, string status)
    {
        Assert.Equal(code, refused.Code);
        ErrorInfo detail = Assert.Single(refused.Status!.Details).Unpack<ErrorInfo>();
        Assert.Equal(("true", status), (detail.Metadata["kit_error"], detail.Metadata["http_code"]));
        Assert.NotEmpty(detail.Reason);
    }
}
