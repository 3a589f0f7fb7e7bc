using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Thermocline.Events;
using Thermocline.Events.Redis;
using Thermocline.Resp;

namespace Thermocline.Benchmarks.Redis;

/// <summary>What publisher and consumers of the load agree on.</summary>
internal static class RedisLoad
{
    public const string Topic = "load";
    public const string DeadTopic = "load-dead";
    public const string Group = "consumers";

    /// <summary>Contexts, each a line of its own.</summary>
    public const int Contexts = 1_000;

    /// <summary>One event in so many of a context is never handled.</summary>
    public const int PoisonEvery = 60;

    public const int PayloadBytes = 128;

    public static SubscriptionOptions Wish(string topic) => new()
    {
        Topic = topic,
        Group = Group,
        ConcurrencyMax = 256,
        AttemptsMax = 3,
        DeadLetterTopic = topic == Topic ? DeadTopic : "",
        RetryDelay = TimeSpan.FromMilliseconds(10),
    };

    public static RedisBus Bus(string socketPath, int seed) => new(
        new RedisBusOptions
        {
            Server = new RespOptions { Server = new UnixDomainSocketEndPoint(socketPath), ReconnectDelayMax = TimeSpan.FromMilliseconds(250) },
            LeaseTime = TimeSpan.FromSeconds(3),
        },
        TimeProvider.System,
        new Random(seed).NextDouble);

    public static EventDraft Draft(int context, long number)
    {
        byte[] payload = new byte[PayloadBytes];
        payload.AsSpan().Fill((byte)' ');
        Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture), payload);
        return new EventDraft
        {
            Payload = payload,
            Context = context.ToString(CultureInfo.InvariantCulture),
            Id = $"{context}/{number}",
        };
    }

    public static bool IsPoison(long number) => number % PoisonEvery == PoisonEvery - 1;

    public static (int Context, long Number) Read(EventDelivery delivery) => (
        int.Parse(delivery.Context, CultureInfo.InvariantCulture),
        long.Parse(Encoding.UTF8.GetString(delivery.Payload.Span).TrimEnd(), CultureInfo.InvariantCulture));
}
