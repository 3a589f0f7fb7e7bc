using System.Text;
using System.Text.Json;
using Thermocline.Testing.Dapr.PubSub;
using Thermocline.Testing.Redis;
using Xunit;

namespace Thermocline.Host.Tests.Dapr;

/// <summary>The broker over Redis Streams, with the sidecar's own bus before it.</summary>
public sealed class BrokerOnRedisTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Programs_of_two_pods_meet_and_what_is_published_while_redis_is_away_waits()
    {
        await using RedisServer redis = await RedisServer.NeedAsync(Cancellation);
        string yaml = $"events: {{engine: redis, redis: {{server: {redis.Unix}}}}}";
        await using BrokerSidecar here = await BrokerSidecar.StartAsync(yaml: yaml), there = await BrokerSidecar.StartAsync(yaml: yaml);
        DaprdPubSub publisher = await here.OpenAsync(), subscriber = await there.OpenAsync();
        var inbox = new Inbox();
        await using DaprdSubscription subscription = await subscriber.SubscribeAsync("orders", null, inbox.TakeAsync, Cancellation);
        await inbox.GreetAsync(publisher);
        await PublishAsync(publisher, 0, 100);
        await inbox.WaitAsync(100);

        await redis.KillAsync();
        await PublishAsync(publisher, 100, 200);
        await redis.StartAsync(Cancellation);
        await PublishAsync(publisher, 200, 300);
        // Counted before it is looked at: what comes in between is waited for no second time.
        for (int came = inbox.Messages.Count; inbox.Texts.Distinct().Count() < 300; came = inbox.Messages.Count)
            await inbox.WaitAsync(came + 1);
        Assert.Equal(Enumerable.Range(0, 300).Select(number => $"{number}"), inbox.Texts.Distinct());
        JsonElement events = (await here.Sidecar.StatusAsync()).GetProperty("events");
        Assert.Equal("redis", events.GetProperty("engine").GetString());
    }

    private static async Task PublishAsync(DaprdPubSub broker, int from, int to)
    {
        var metadata = new Dictionary<string, string> { ["partitionKey"] = "one" };
        for (int number = from; number < to; number++)
            await broker.PublishAsync("orders", Encoding.UTF8.GetBytes($"{number}"), metadata, Cancellation);
    }
}
