using System.Collections.Concurrent;
using System.Text;
using Thermocline.Grpc;
using Thermocline.Protocol.Components;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Thermocline.Testing.Grpc;
using Xunit;

namespace Thermocline.Host.Tests.Dapr;

/// <summary>Publish and subscribe as an application gets them through daprd.</summary>
public sealed class BrokerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_published_is_delivered_with_all_that_was_said_of_it()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync();
        Assert.Equal(["pubsub.thermocline", "state.thermocline"], sidecar.Daprd.Types.Order(StringComparer.Ordinal));
        DaprdPubSub broker = await sidecar.OpenAsync();
        Assert.Equal(["MESSAGE_TTL", "BULK_PUBSUB"], broker.Features);
        var inbox = new Inbox();
        await using DaprdSubscription subscription = await broker.SubscribeAsync("orders", null, inbox.TakeAsync, Cancellation);
        await broker.PingAsync(Cancellation);
        await inbox.GreetAsync(broker);
        await broker.PublishAsync("orders", "{\"n\":1}"u8.ToArray(), new Dictionary<string, string> { ["traceid"] = "ä", ["contentType"] = "application/json", ["partitionKey"] = "p" }, Cancellation);
        await broker.PublishAsync("orders", "{\"n\":2}"u8.ToArray(), new Dictionary<string, string> { ["partitionKey"] = "p" }, Cancellation);
        await inbox.WaitAsync(2);
        DaprdMessage message = inbox.Messages[0];
        Assert.Equal(("orders", "{\"n\":1}", "application/json", "ä", "p"),
            (message.Topic, Inbox.TextOf(message), message.ContentType, message.Metadata["traceid"], message.Metadata["partitionKey"]));
        Assert.Equal(KeyValuePair.Create("partitionKey", "p"), Assert.Single(inbox.Messages[1].Metadata));
    }

    [Fact]
    public async Task Many_at_once_are_delivered_each_and_in_order_within_a_context()
    {
        const int Contexts = 7, Each = 300;
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync();
        DaprdPubSub broker = await sidecar.OpenAsync();
        var seen = new ConcurrentDictionary<string, ConcurrentQueue<int>>();
        var inbox = new Inbox();
        var random = new Random(3);
        await using DaprdSubscription subscription = await broker.SubscribeAsync("orders", null, async message =>
        {
            if (Inbox.TextOf(message) == Inbox.Greeting)
            {
                await inbox.TakeAsync(message);
                return;
            }

            string[] parts = Inbox.TextOf(message).Split(' ');
            ConcurrentQueue<int> order = seen.GetOrAdd(parts[0], static _ => new());
            int number = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            bool fails;
            lock (random)
                fails = random.Next(40) == 0;
            if (fails)
                throw new InvalidOperationException("Not now.");
            order.Enqueue(number);
            await inbox.TakeAsync(message);
        }, Cancellation);
        await inbox.GreetAsync(broker);
        for (int first = 0; first < Each; first += 50)
        {
            DaprdEntry[] entries = [.. Enumerable.Range(first, 50).SelectMany(number => Enumerable.Range(0, Contexts).Select(context =>
                new DaprdEntry($"{context} {number}", Encoding.UTF8.GetBytes($"{context} {number}"))
                {
                    Metadata = new Dictionary<string, string> { ["partitionKey"] = $"{context}" },
                }))];
            Assert.Empty(await broker.BulkPublishAsync("orders", entries, Cancellation));
        }

        await inbox.WaitAsync(Contexts * Each);
        Assert.Equal(Contexts, seen.Count);
        Assert.All(seen.Values, order => Assert.Equal(Enumerable.Range(0, Each), order.Distinct()));
    }

    [Fact]
    public async Task What_is_never_acknowledged_is_a_dead_letter_and_nothing_else_is()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync();
        DaprdPubSub broker = await sidecar.OpenAsync("events", ("maxDeliveries", "3"));
        var inbox = new Inbox();
        var dead = new Inbox();
        var attempts = new ConcurrentDictionary<string, int>();
        await using DaprdSubscription letters = await broker.SubscribeAsync("orders.dead", null, dead.TakeAsync, Cancellation);
        await using DaprdSubscription subscription = await broker.SubscribeAsync("orders", null, message =>
        {
            string text = Inbox.TextOf(message);
            attempts.AddOrUpdate(text, 1, static (_, count) => count + 1);
            return text.StartsWith("poison", StringComparison.Ordinal) ? throw new InvalidOperationException("No.") : inbox.TakeAsync(message);
        }, Cancellation);
        await inbox.GreetAsync(broker);
        for (int i = 0; i < 20; i++)
            await broker.PublishAsync("orders", Encoding.UTF8.GetBytes(i % 5 == 0 ? $"poison {i}" : $"fine {i}"), null, Cancellation);
        await inbox.WaitAsync(16);
        await dead.WaitAsync(4);
        Assert.Equal(["poison 0", "poison 10", "poison 15", "poison 5"], dead.Texts.Order(StringComparer.Ordinal));
        Assert.All(attempts.Where(static each => each.Key.StartsWith("poison", StringComparison.Ordinal)), each => Assert.Equal(3, each.Value));
        Assert.All(attempts.Where(static each => each.Key.StartsWith("fine", StringComparison.Ordinal)), each => Assert.Equal(1, each.Value));
    }

    [Fact]
    public async Task Groups_each_get_everything_members_share_and_components_do_not_meet()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync();
        DaprdPubSub one = await sidecar.OpenAsync("one", ("consumerID", "a")), other = await sidecar.OpenAsync("other", ("consumerID", "a"));
        Inbox first = new(), second = new(), foreign = new();
        await using DaprdSubscription member = await one.SubscribeAsync("orders", null, first.TakeAsync, Cancellation);
        await first.GreetAsync(one);
        DaprdPubSub again = await sidecar.OpenAsync("one", ("consumerID", "b"));
        await using DaprdSubscription secondGroup = await again.SubscribeAsync("orders", null, second.TakeAsync, Cancellation);
        await using DaprdSubscription stranger = await other.SubscribeAsync("orders", null, foreign.TakeAsync, Cancellation);
        await foreign.GreetAsync(other);
        await second.GreetAsync(one);
        for (int i = 0; i < 10; i++)
            await one.PublishAsync("orders", Encoding.UTF8.GetBytes($"{i}"), null, Cancellation);
        string[] expected = [.. Enumerable.Range(0, 10).Select(i => $"{i}")];
        await second.WaitAsync(10);
        await first.WaitAsync(10);
        Assert.Equal(expected, second.Texts.Order(StringComparer.Ordinal));
        Assert.Equal(expected, first.Texts.Order(StringComparer.Ordinal));
        Assert.Empty(foreign.Texts);
    }

    [Fact]
    public async Task What_was_not_acknowledged_comes_again_after_a_restart_and_what_was_does_not()
    {
        using var folder = new TempFolder();
        await using (BrokerSidecar first = await BrokerSidecar.StartAsync(folder.Path))
        {
            DaprdPubSub broker = await first.OpenAsync("events", ("consumerID", "workers"));
            var inbox = new Inbox();
            var never = new TaskCompletionSource();
            DaprdSubscription subscription = await broker.SubscribeAsync("orders", null, async message =>
            {
                await inbox.TakeAsync(message);
                if (Inbox.TextOf(message).StartsWith("stuck", StringComparison.Ordinal))
                    await never.Task;
            }, Cancellation);
            await inbox.GreetAsync(broker);
            for (int i = 0; i < 10; i++)
                await broker.PublishAsync("orders", Encoding.UTF8.GetBytes(i < 3 ? $"stuck {i}" : $"done {i}"), null, Cancellation);
            await inbox.WaitAsync(10);
            await broker.PublishAsync("orders", "stuck late"u8.ToArray(), null, Cancellation);
            await inbox.WaitAsync(11);
            // The stream first: what its handlers answer then is lost.
            Task closing = subscription.DisposeAsync().AsTask();
            never.SetResult();
            await closing;
        }

        await using BrokerSidecar second = await BrokerSidecar.StartAsync(folder.Path);
        // As daprd does when it was not restarted itself: it dials and calls, and says nothing of settings.
        using var channel = new GrpcChannel(second.Socket);
        var options = new CallOptions { Metadata = new Dictionary<string, string> { ["x-component-instance"] = "events" } };
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Duplex<PullMessagesRequest, PullMessagesResponse>(
            "/dapr.proto.components.v1.PubSub/PullMessages", PullMessagesResponse.Parser, options, Cancellation);
        await stream.WriteAsync(new PullMessagesRequest { Topic = new Topic { Name = "orders" } });
        List<string> again = [];
        while (again.Count < 4 && await stream.ReadAsync() is { } message)
        {
            again.Add(message.Data.ToStringUtf8());
            await stream.WriteAsync(new PullMessagesRequest { AckMessageId = message.Id });
        }

        Assert.Equal(["stuck 0", "stuck 1", "stuck 2", "stuck late"], again.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_full_backlog_refuses_and_takes_again_once_there_is_room()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync();
        DaprdPubSub broker = await sidecar.OpenAsync();
        var gate = new TaskCompletionSource();
        var inbox = new Inbox();
        await using DaprdSubscription subscription = await broker.SubscribeAsync("orders", null, async message =>
        {
            if (Inbox.TextOf(message) is Inbox.Greeting or "room")
                await inbox.TakeAsync(message);
            else
                await gate.Task;
        }, Cancellation);
        await inbox.GreetAsync(broker);
        DaprdEntry[] entries = [.. Enumerable.Range(0, 10_000).Select(i => new DaprdEntry($"{i}", "x"u8.ToArray()))];
        DaprdException? refused = null;
        for (int i = 0; i < 20 && refused is null; i++)
        {
            try
            {
                await broker.BulkPublishAsync("orders", entries, Cancellation);
            }
            catch (DaprdException failure)
            {
                refused = failure;
            }
        }

        Assert.Equal((429, StatusCode.ResourceExhausted), (refused!.HttpStatus, refused.Code));
        gate.SetResult();
        for (int i = 0; i < 1_000; i++)
        {
            try
            {
                await broker.PublishAsync("orders", "room"u8.ToArray(), null, Cancellation);
                break;
            }
            catch (DaprdException failure) when (failure.HttpStatus == 429 && i < 999)
            {
                // The backlog is being worked off.
            }
        }

        await inbox.WaitAsync(1);
    }

    [Fact]
    public async Task Requests_that_are_none_are_refused_in_words()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync();
        Assert.Equal(400, (await Assert.ThrowsAsync<DaprdException>(() => sidecar.OpenAsync("bad", ("maxDeliveries", "many")))).HttpStatus);
        Assert.Equal(400, (await Assert.ThrowsAsync<DaprdException>(() => sidecar.OpenAsync("bad", ("ackTimeoutSeconds", "0")))).HttpStatus);
        DaprdPubSub broker = await sidecar.OpenAsync();
        string[] topics = ["", new('t', 129), "a\u0001b"];
        foreach (string topic in topics)
            Assert.Equal(400, (await Assert.ThrowsAsync<DaprdException>(() => broker.PublishAsync(topic, new byte[1], null, Cancellation))).HttpStatus);
        Assert.Equal(413, (await Assert.ThrowsAsync<DaprdException>(
            () => broker.PublishAsync("orders", new byte[(1 << 20) + 1], null, Cancellation))).HttpStatus);
        Assert.Equal(400, (await Assert.ThrowsAsync<DaprdException>(() => broker.PublishAsync(
            "orders", new byte[1], new Dictionary<string, string> { ["ttlInSeconds"] = "soon" }, Cancellation))).HttpStatus);
        Assert.Empty(await broker.BulkPublishAsync("orders", [], Cancellation));
        using var channel = new GrpcChannel(sidecar.Socket);
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Duplex<PullMessagesRequest, PullMessagesResponse>(
            "/dapr.proto.components.v1.PubSub/PullMessages", PullMessagesResponse.Parser, new CallOptions(), Cancellation);
        await stream.WriteAsync(new PullMessagesRequest { AckMessageId = "1" });
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<CallException>(() => stream.ReadAsync())).Code);
    }

    [Fact]
    public async Task Acknowledgements_of_nothing_and_twice_change_nothing()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync();
        DaprdPubSub broker = await sidecar.OpenAsync();
        using var channel = new GrpcChannel(sidecar.Socket);
        var options = new CallOptions { Metadata = new Dictionary<string, string> { ["x-component-instance"] = "events" } };
        await using DuplexStream<PullMessagesRequest, PullMessagesResponse> stream = channel.Duplex<PullMessagesRequest, PullMessagesResponse>(
            "/dapr.proto.components.v1.PubSub/PullMessages", PullMessagesResponse.Parser, options, Cancellation);
        await stream.WriteAsync(new PullMessagesRequest { Topic = new Topic { Name = "orders" } });
        await stream.WriteAsync(new PullMessagesRequest { AckMessageId = "77" });
        await stream.WriteAsync(new PullMessagesRequest());
        using var stop = new CancellationTokenSource();
        Task publishing = PublishForAWhileAsync(stop.Token);
        PullMessagesResponse message = (await stream.ReadAsync())!;
        await stop.CancelAsync();
        await publishing;
        await stream.WriteAsync(new PullMessagesRequest { AckMessageId = message.Id });
        await stream.WriteAsync(new PullMessagesRequest { AckMessageId = message.Id, AckError = new AckMessageError { Message = "late" } });
        await broker.PublishAsync("orders", "last"u8.ToArray(), null, Cancellation);
        PullMessagesResponse next;
        do
        {
            next = (await stream.ReadAsync())!;
            Assert.NotEqual(message.Id, next.Id);
            await stream.WriteAsync(new PullMessagesRequest { AckMessageId = next.Id });
        }
        while (next.Data.ToStringUtf8() != "last");

        async Task PublishForAWhileAsync(CancellationToken end)
        {
            while (!end.IsCancellationRequested)
                await broker.PublishAsync("orders", "more"u8.ToArray(), null, CancellationToken.None);
        }
    }
}
