using System.Globalization;
using Thermocline.Contract.Configuration;

namespace Thermocline.Contract.Reading;

/// <summary>A configuration as a flat list of paths and values: what is printed, compared and given a revision.</summary>
public static class ConfigurationValues
{
    /// <summary>Every setting with its path, in the order of the sections.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(SidecarConfiguration configuration) =>
    [
        new("revision", configuration.Revision),
        .. Listen(configuration.Listen),
        new("data.path", configuration.Folder.Path),
        new("data.restore", configuration.Folder.Restore == RestoreChoice.WhenEmpty ? "whenEmpty" : "never"),
        .. Budget(configuration.Budget),
        .. Tiers(configuration.Tiers),
        new("compression.level", configuration.Compression.Level.ToString()),
        new("compression.stages", string.Join(',', configuration.Compression.Stages)),
        new("compression.quantisedCollections", string.Join(',', configuration.Compression.QuantisedCollections)),
        new("durability.policy", Lower(configuration.Durability.Policy)),
        new("durability.intervalMs", Number(configuration.Durability.IntervalMs)),
        new("events.engine", Lower(configuration.Events.Engine)),
        new("events.backlogMax", Number(configuration.Events.BacklogMax)),
        new("events.publishWaitMs", Number(configuration.Events.PublishWaitMs)),
        new("events.publish", string.Join(',', configuration.Events.Publish)),
        new("events.redis.server", configuration.Events.Redis.Server),
        new("events.redis.user", configuration.Events.Redis.User),
        new("events.redis.passwordFile", configuration.Events.Redis.PasswordFile),
        new("events.redis.database", Number(configuration.Events.Redis.Database)),
        new("events.redis.tlsHost", configuration.Events.Redis.TlsHost),
        new("events.redis.prefix", configuration.Events.Redis.Prefix),
        new("events.dapr.pubsub", configuration.Events.Dapr.PubSub),
        new("events.dapr.topics", string.Join(',', configuration.Events.Dapr.Topics)),
        new("dapr.socketFolder", configuration.Dapr.SocketFolder),
        new("dapr.componentName", configuration.Dapr.ComponentName),
        new("dapr.socketMode", Octal(configuration.Dapr.SocketMode)),
        new("dapr.endpoint", configuration.Dapr.Endpoint),
        new("dapr.apiTokenFile", configuration.Dapr.ApiTokenFile),
        new("dapr.appTokenFile", configuration.Dapr.AppTokenFile),
        new("hypervectors.dimension", Number(configuration.Hypervectors.Dimension)),
        new("telemetry.logFormat", Lower(configuration.Telemetry.LogFormat)),
        new("telemetry.logLevel", Lower(configuration.Telemetry.LogLevel)),
    ];

    /// <summary>Paths whose values differ.</summary>
    public static IReadOnlyList<string> Differences(SidecarConfiguration left, SidecarConfiguration right) =>
        [.. Of(left).Zip(Of(right)).Where(pair => pair.First.Value != pair.Second.Value).Select(pair => pair.First.Key)];

    private static IEnumerable<KeyValuePair<string, string>> Listen(ListenConfiguration listen) =>
    [
        new("listen.data", listen.Data.ToString()),
        new("listen.dataSocket", listen.DataSocket),
        new("listen.dataSocketMode", Octal(listen.DataSocketMode)),
        new("listen.admin", listen.Admin?.ToString() ?? ""),
        new("listen.adminTokenFile", listen.AdminTokenFile),
        new("listen.graceSeconds", Number(listen.GraceSeconds)),
        new("listen.maxConnections", Number(listen.MaxConnections)),
        new("listen.keepAliveSeconds", Number(listen.KeepAliveSeconds)),
    ];

    private static IEnumerable<KeyValuePair<string, string>> Budget(BudgetConfiguration budget) =>
    [
        new("budget.limit", Quantity.Format(budget.Limit)),
        new("budget.highWatermark", Number(budget.HighWatermark)),
        new("budget.criticalWatermark", Number(budget.CriticalWatermark)),
        new("budget.intervalSeconds", Number(budget.IntervalSeconds)),
        new("budget.shares.states", Number(budget.Shares.States)),
        new("budget.shares.signals", Number(budget.Shares.Signals)),
        new("budget.shares.cache", Number(budget.Shares.Cache)),
        new("budget.shares.connections", Number(budget.Shares.Connections)),
        new("budget.shares.system", Number(budget.Shares.System)),
    ];

    private static IEnumerable<KeyValuePair<string, string>> Tiers(TiersConfiguration tiers) =>
    [
        new("tiers.hot.maxEntries", Number(tiers.HotEntriesMax)),
        new("tiers.hot.minStrength", Number(tiers.HotStrengthMin)),
        new("tiers.warm.maxBytes", Quantity.Format(tiers.WarmBytesMax)),
        new("tiers.warm.minStrength", Number(tiers.WarmStrengthMin)),
        new("tiers.cold.kind", Lower(tiers.Cold.Kind)),
        new("tiers.cold.path", tiers.Cold.Path),
        new("tiers.cold.bucket", tiers.Cold.Bucket),
        new("tiers.cold.prefix", tiers.Cold.Prefix),
        new("tiers.cold.region", tiers.Cold.Region),
        new("tiers.cold.endpoint", tiers.Cold.Endpoint),
        new("tiers.cold.stateStore", tiers.Cold.StateStore),
        new("tiers.cold.accessKeyFile", tiers.Cold.AccessKeyFile),
        new("tiers.cold.secretKeyFile", tiers.Cold.SecretKeyFile),
        new("tiers.cold.secretStore", tiers.Cold.SecretStore),
        new("tiers.cold.secret", tiers.Cold.Secret),
        new("tiers.cold.archiveAfterDays", Number(tiers.Cold.ArchiveAfterDays)),
        new("tiers.cold.shipIntervalSeconds", Number(tiers.Cold.ShipIntervalSeconds)),
        new("tiers.cold.halfLifeHours", Number(tiers.Cold.HalfLifeHours)),
        new("tiers.cold.garbageDelayMinutes", Number(tiers.Cold.GarbageDelayMinutes)),
    ];

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Octal(int mode) =>
        string.Concat("0", ((mode >> 6) & 7).ToString(CultureInfo.InvariantCulture),
            ((mode >> 3) & 7).ToString(CultureInfo.InvariantCulture), (mode & 7).ToString(CultureInfo.InvariantCulture));

    // Configuration files write these words in small letters; they are ASCII.
    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
