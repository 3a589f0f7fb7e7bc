using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Specification.Events;

namespace Thermocline.Operator.Api.Checking;

/// <summary>The rules of events.</summary>
internal static class EventChecks
{
    private const string Path = "spec.events";
    private const int TopicsMax = 256;

    public static void Check(EventsSpec events, FieldNotes notes)
    {
        notes.OneOf($"{Path}.engine", events.Engine, Enum.GetNames<EventEngine>());
        notes.Range($"{Path}.backlogMax", events.BacklogMax, 1, 10_000_000);
        string[] kinds = [.. EventsConfiguration.KindNames];
        if (notes.Items($"{Path}.publish", events.Publish.Count, kinds.Length))
        {
            for (int index = 0; index < events.Publish.Count; index++)
                notes.OneOf($"{Path}.publish[{index}]", events.Publish[index], kinds);
            notes.Unique($"{Path}.publish", events.Publish);
        }

        if (events.Redis is not null)
            Redis(events.Redis, notes);
        else if (events.Engine == nameof(EventEngine.Redis))
            notes.Report($"{Path}.redis", Wording.RedisNeeded);
        if (events.Dapr is not null)
            Broker(events.Dapr, notes);
        else if (events.Engine == nameof(EventEngine.Dapr))
            notes.Report($"{Path}.dapr", Wording.BrokerNeeded);
    }

    private static void Redis(RedisSpec redis, FieldNotes notes)
    {
        if (notes.Length($"{Path}.redis.server", redis.Server, 3, 260))
            notes.Matches($"{Path}.redis.server", redis.Server, Wording.Server, Wording.ServerAddress);
        if (notes.Length($"{Path}.redis.user", redis.User, 0, 128))
            notes.Matches($"{Path}.redis.user", redis.User, Wording.User, Wording.UserName);
        if (redis.User.Length > 0 && redis.PasswordSecretName.Length == 0)
            notes.Report($"{Path}.redis.user", Wording.UserPassword);
        notes.ObjectName($"{Path}.redis.passwordSecretName", redis.PasswordSecretName, 253);
        notes.Range($"{Path}.redis.database", redis.Database, 0, 1_000);
        if (notes.Length($"{Path}.redis.tlsHost", redis.TlsHost, 0, 253) && redis.TlsHost.Length > 0)
            notes.Matches($"{Path}.redis.tlsHost", redis.TlsHost, Wording.Host, Wording.HostName);
        if (notes.Length($"{Path}.redis.prefix", redis.Prefix, 1, 64))
            notes.Matches($"{Path}.redis.prefix", redis.Prefix, Wording.Printable, Wording.PrintableText);
    }

    private static void Broker(BrokerSpec broker, FieldNotes notes)
    {
        if (notes.Length($"{Path}.dapr.pubsub", broker.Pubsub, 1, 253))
            notes.Matches($"{Path}.dapr.pubsub", broker.Pubsub, Wording.Component, Wording.ComponentName);
        if (!notes.Items($"{Path}.dapr.topics", broker.Topics.Count, TopicsMax))
            return;
        for (int index = 0; index < broker.Topics.Count; index++)
        {
            if (notes.Length($"{Path}.dapr.topics[{index}]", broker.Topics[index], 1, 64))
                notes.Matches($"{Path}.dapr.topics[{index}]", broker.Topics[index], Wording.Topic, Wording.TopicName);
        }

        notes.Unique($"{Path}.dapr.topics", broker.Topics);
        if (broker.Topics.Any(EventsConfiguration.IsOutbox))
            notes.Report($"{Path}.dapr.topics", Wording.OutboxTopic);
    }
}
