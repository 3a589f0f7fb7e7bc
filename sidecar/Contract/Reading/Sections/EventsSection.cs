using System.Globalization;
using System.Text;
using Thermocline.Contract.Configuration;

namespace Thermocline.Contract.Reading.Sections;

/// <summary>Reads section <c>events</c>.</summary>
internal static class EventsSection
{
    private const int TopicsMax = 256;
    private const int TopicBytesMax = 64;

    public static EventsConfiguration Read(SectionReader section)
    {
        EventsConfiguration standard = new();
        EventsConfiguration events = new()
        {
            Engine = section.Choice("engine", standard.Engine),
            BacklogMax = (int)section.Integer("backlogMax", standard.BacklogMax, 1, 10_000_000),
            PublishWaitMs = (int)section.Integer("publishWaitMs", standard.PublishWaitMs, 0, 60_000),
            Publish = section.Words("publish", standard.Publish, EventsConfiguration.KindNames),
            Redis = Redis(section.Section("redis")),
            Dapr = Dapr(section.Section("dapr")),
        };
        if (events.Engine == EventEngine.Dapr && events.Dapr.PubSub.Length == 0)
            section.Report("dapr", "must name the broker (pubsub) for engine dapr");
        section.End();
        return events;
    }

    private static EventsDaprConfiguration Dapr(SectionReader section)
    {
        EventsDaprConfiguration standard = new();
        EventsDaprConfiguration dapr = new()
        {
            PubSub = section.Text("pubsub", standard.PubSub),
            Topics = section.Names("topics", TopicsMax, (IsTopic, "topics (1 to 64 bytes, no control characters)")),
        };
        if (dapr.PubSub.Length > 0 && !DaprSection.IsName(dapr.PubSub))
            section.Report("pubsub", $"must name a broker of Dapr's: {DaprSection.NameForm}");
        if (dapr.Topics.Any(EventsConfiguration.IsOutbox))
            section.Report("topics", $"must not name {EventsConfiguration.OutboxRefused} or what begins with '{EventsConfiguration.OutboxPrefix}': the sidecar's own");
        section.End();
        return dapr;
    }

    private static bool IsTopic(string name) =>
        name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= TopicBytesMax && !name.Any(char.IsControl);

    private static RedisConfiguration Redis(SectionReader section)
    {
        RedisConfiguration standard = new();
        RedisConfiguration redis = new()
        {
            Server = section.Text("server", standard.Server),
            User = section.Text("user", standard.User),
            PasswordFile = section.Text("passwordFile", standard.PasswordFile),
            Database = (int)section.Integer("database", standard.Database, 0, 1_000),
            TlsHost = section.Text("tlsHost", standard.TlsHost),
            Prefix = section.Text("prefix", standard.Prefix),
        };
        if (!IsServer(redis.Server))
            section.Report("server", "must be host:port, or the absolute path of a unix socket");
        if (redis.User.Length > 0 && redis.PasswordFile.Length == 0)
            section.Report("user", "needs passwordFile");
        if (redis.Prefix.Length is 0 or > 64 || !redis.Prefix.All(static each => each is > ' ' and <= '~'))
            section.Report("prefix", "must have 1 to 64 printable ASCII letters and no space");
        section.End();
        return redis;
    }

    private static bool IsServer(string server)
    {
        if (server.StartsWith('/'))
            return Encoding.UTF8.GetByteCount(server) <= SectionReader.SocketPathBytesMax;
        int colon = server.LastIndexOf(':');
        return colon > 0 && !server.Contains('@', StringComparison.Ordinal)
            && ushort.TryParse(server.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            && port > 0;
    }
}
