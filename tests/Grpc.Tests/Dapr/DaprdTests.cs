using System.Net.Sockets;
using System.Text;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Rpc;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Thermocline.Testing.Dapr.State;
using Xunit;

namespace Thermocline.Grpc.Tests.Dapr;

/// <summary>The stand-in for daprd does what the facts say of daprd.</summary>
public sealed class DaprdTests : IDisposable
{
    private static readonly DaprdComponent Orders = new("orders", "state.map") { Metadata = new Dictionary<string, string> { ["keyPrefix"] = "none" } };

    private readonly TempFolder _folder = new();
    private readonly MapComponent _component = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Components_are_found_once_by_reflection_and_other_files_are_skipped()
    {
        await using GrpcServer server = await _component.StartAsync(_folder.Combine("map.sock"));
        await File.WriteAllTextAsync(_folder.Combine("readme.txt"), "no socket", Cancellation);
        Directory.CreateDirectory(_folder.Combine("folder.sock"));
        using Daprd daprd = await StartAsync();
        Assert.Null(daprd.DiscoveryFailure);
        Assert.Equal(["pubsub.map", "state.map"], daprd.Types.Order());
        Assert.Contains("readme.txt", Assert.Single(daprd.Warnings), StringComparison.Ordinal);

        await using GrpcServer late = await _component.StartAsync(_folder.Combine("late.sock"));
        await Assert.ThrowsAsync<DaprdException>(() => daprd.OpenStateStoreAsync(new DaprdComponent("x", "state.late"), Cancellation));
    }

    [Fact]
    public async Task One_dead_socket_spoils_the_discovery()
    {
        await using GrpcServer server = await _component.StartAsync(_folder.Combine("map.sock"));
        // Bound and never listened on, it refuses connections like one whose process has died.
        using var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(_folder.Combine("zombie.sock")));
        using Daprd daprd = await StartAsync();
        Assert.NotNull(daprd.DiscoveryFailure);
        Assert.Empty(daprd.Types);
    }

    [Fact]
    public async Task Each_instance_is_initialised_once_and_named_in_every_call()
    {
        await using GrpcServer server = await _component.StartAsync(_folder.Combine("map.sock"));
        using Daprd daprd = await StartAsync();
        DaprdStateStore orders = await daprd.OpenStateStoreAsync(Orders, Cancellation);
        DaprdStateStore carts = await daprd.OpenStateStoreAsync(new DaprdComponent("carts", "state.map"), Cancellation);
        Assert.Equal(["ETAG", "TRANSACTIONAL", "TTL"], orders.Features);
        await orders.SetAsync(Item("k", "1"), Cancellation);
        await carts.SetAsync(Item("k", "2"), Cancellation);
        Assert.Equal("1", Text(await orders.GetAsync("k", Cancellation)));
        Assert.Equal("2", Text(await carts.GetAsync("k", Cancellation)));
        await Assert.ThrowsAsync<DaprdException>(() => carts.GetAsync("a||b", Cancellation));
        Assert.Equal(
            ["Init orders", "Features orders", "Init carts", "Features carts", "Set orders", "Set carts", "Get orders", "Get carts"],
            _component.Calls.Select(call => $"{call.Method[(call.Method.LastIndexOf('/') + 1)..]} {call.Instance}"));
        Assert.Equal(204, (await orders.GetAsync("nothing", Cancellation)).HttpStatus);
    }

    [Fact]
    public async Task A_socket_made_anew_is_connected_to_without_init()
    {
        string path = _folder.Combine("map.sock");
        using var daprd = await StartWithAsync(path);
        DaprdStateStore orders = await daprd.Daprd.OpenStateStoreAsync(Orders, Cancellation);
        await orders.SetAsync(Item("k", "1"), Cancellation);
        await daprd.Server.DisposeAsync();
        DaprdException away = await Assert.ThrowsAsync<DaprdException>(() => orders.GetAsync("k", Cancellation));
        Assert.Equal((StatusCode.Unavailable, 500), (away.Code, away.HttpStatus));

        Task ping = orders.PingAsync(Cancellation);
        await using GrpcServer again = await _component.StartAsync(path);
        await ping;
        Assert.Equal("1", Text(await orders.GetAsync("k", Cancellation)));
        Assert.Equal(1, _component.Count("Init"));
        Assert.Equal(1, _component.Count("Features"));
    }

    [Fact]
    public async Task Errors_become_what_daprd_makes_of_them()
    {
        await using GrpcServer server = await _component.StartAsync(_folder.Combine("map.sock"));
        using Daprd daprd = await StartAsync();
        DaprdStateStore orders = await daprd.OpenStateStoreAsync(Orders, Cancellation);
        await orders.SetAsync(Item("k", "1"), Cancellation);
        async Task<(DaprdFault Fault, int Http)> FailAsync(Func<Task> call)
        {
            DaprdException failure = await Assert.ThrowsAsync<DaprdException>(call);
            return (failure.Fault, failure.HttpStatus);
        }

        Assert.Equal((DaprdFault.EtagMismatch, 409), await FailAsync(() => orders.SetAsync(Item("k", "2") with { Etag = "99" }, Cancellation)));
        Assert.Equal((DaprdFault.EtagInvalid, 400), await FailAsync(() => orders.SetAsync(Item("k", "2") with { Etag = "x" }, Cancellation)));
        Assert.Equal((DaprdFault.Plain, 500),
            await FailAsync(() => orders.TransactAsync([StateOperation.Upsert(Item("k", "2") with { Etag = "99" })], Cancellation)));

        var kit = new ErrorInfo { Metadata = { ["kit_error"] = "true", ["http_code"] = "429", ["tag"] = "BUSY" } };
        _component.Failures.Enqueue(new RpcException(StatusCode.ResourceExhausted, "busy", kit));
        Assert.Equal((DaprdFault.Kit, 429), await FailAsync(() => orders.SetAsync(Item("k", "2"), Cancellation)));
        _component.Failures.Enqueue(new RpcException(StatusCode.ResourceExhausted, "busy", kit));
        Assert.Equal((DaprdFault.Kit, 500), await FailAsync(() => orders.TransactAsync([StateOperation.Upsert(Item("k", "2"))], Cancellation)));
        _component.Failures.Enqueue(new RpcException(StatusCode.ResourceExhausted, "two details", kit, kit));
        Assert.Equal((DaprdFault.Plain, 500), await FailAsync(() => orders.SetAsync(Item("k", "2"), Cancellation)));
        var rows = new ErrorInfo { Metadata = { ["expected"] = "3", ["affected"] = "2" } };
        _component.Failures.Enqueue(new RpcException(StatusCode.Internal, "rows", rows));
        Assert.Equal((DaprdFault.RowMismatch, 500), await FailAsync(() => orders.SetAsync(Item("k", "2"), Cancellation)));
    }

    [Fact]
    public async Task A_policy_repeats_whole_batches()
    {
        await using GrpcServer server = await _component.StartAsync(_folder.Combine("map.sock"));
        using Daprd daprd = await StartAsync();
        DaprdStateStore orders = await daprd.OpenStateStoreAsync(
            Orders with { Resiliency = new DaprdResiliency(2, TimeSpan.FromMilliseconds(1)) }, Cancellation);
        _component.Failures.Enqueue(new RpcException(StatusCode.Unavailable, "once"));
        await orders.SaveAsync([Item("a", "1"), Item("b", "2")], Cancellation);
        Assert.Equal(2, _component.Count("BulkSet"));
        DaprdException failure = await Assert.ThrowsAsync<DaprdException>(
            () => orders.SaveAsync([Item("a", "3"), Item("b", "4") with { Etag = "99" }], Cancellation));
        Assert.Equal(DaprdFault.EtagMismatch, failure.Fault);
        Assert.Equal(5, _component.Count("BulkSet"));
        Assert.Equal("1", Text(await orders.GetAsync("a", Cancellation)));
    }

    [Fact]
    public async Task Transactions_need_the_feature()
    {
        _component.Features = ["ETAG"];
        await using GrpcServer server = await _component.StartAsync(_folder.Combine("map.sock"));
        using Daprd daprd = await StartAsync();
        DaprdStateStore orders = await daprd.OpenStateStoreAsync(Orders, Cancellation);
        DaprdException refused = await Assert.ThrowsAsync<DaprdException>(() => orders.TransactAsync([], Cancellation));
        Assert.Equal(DaprdFault.Refused, refused.Fault);
        Assert.Equal(0, _component.Count("Transact"));
    }

    [Fact]
    public async Task Messages_are_pulled_and_acknowledged_one_by_one()
    {
        await using GrpcServer server = await _component.StartAsync(_folder.Combine("map.sock"));
        using Daprd daprd = await StartAsync();
        DaprdPubSub pubsub = await daprd.OpenPubSubAsync(new DaprdComponent("events", "pubsub.map"), Cancellation);
        await pubsub.BulkPublishAsync("t", [.. Enumerable.Range(0, 20).Select(i => new DaprdEntry($"{i}", Encoding.UTF8.GetBytes($"m{i}")))], Cancellation);
        var all = new TaskCompletionSource();
        int left = 20;
        await using (DaprdSubscription subscription = await pubsub.SubscribeAsync("t", null, async message =>
        {
            await Task.Yield();
            if (Interlocked.Decrement(ref left) == 0)
                all.SetResult();
            if (message.Id == "7")
                throw new InvalidOperationException("not this one");
        }, Cancellation))
        {
            await all.Task;
            await Eventually.IsAsync(() => _component.Acknowledged.Count >= 20, Cancellation);
            Assert.Equal("not this one", _component.Acknowledged.Single(ack => ack.Id == "7").Error);
            Assert.Equal(19, _component.Acknowledged.Count(ack => ack.Error is null));
            await server.DisposeAsync();
            Assert.NotNull(await subscription.Ended);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static StateItem Item(string key, string value) => new(key, Encoding.UTF8.GetBytes(value));

    private static string Text(StateAnswer answer) => Encoding.UTF8.GetString(answer.Value);

    private Task<Daprd> StartAsync() => Daprd.StartAsync(_folder.Path, "shop", Cancellation);

    private async Task<Running> StartWithAsync(string path)
    {
        GrpcServer server = await _component.StartAsync(path);
        return new Running(server, await StartAsync());
    }

    private sealed record Running(GrpcServer Server, Daprd Daprd) : IDisposable
    {
        public void Dispose() => Daprd.Dispose();
    }
}
