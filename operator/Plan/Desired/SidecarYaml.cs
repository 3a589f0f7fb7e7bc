using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Contract.Reading;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Api.Specification.Events;
using Thermocline.Operator.Api.Specification.Tiers;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>
/// The configuration that all sidecars of a cluster share. What differs from pod to pod (addresses, folders, the store's own place in
/// the bucket, files of keys) is given to each as environment when it is injected.
/// </summary>
internal static class SidecarYaml
{
    public static string Of(MemoryClusterSpec spec, long revision)
    {
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"# Written by the operator, and again when it is changed. Change the MemoryCluster.\n");
        yaml.Append(CultureInfo.InvariantCulture, $"revision: {Quoted(revision.ToString(CultureInfo.InvariantCulture))}\n");
        if (spec.Tiers.Cold.HasStore())
        {
            // A pod's folder is new; its store may not be.
            yaml.Append("data:\n");
            Line(yaml, 1, "restore", "whenEmpty");
        }

        Budget(yaml, spec.Budget);
        Tiers(yaml, spec.Tiers, spec.Durability.ShipIntervalSeconds);
        yaml.Append("compression:\n");
        Line(yaml, 1, "level", Quoted(spec.Compression.Level));
        Line(yaml, 1, "stages", List(spec.Compression.Stages));
        Line(yaml, 1, "quantisedCollections", List(spec.Compression.QuantisedCollections));
        yaml.Append("durability:\n");
        Line(yaml, 1, "policy", Quoted(spec.Durability.Policy));
        Line(yaml, 1, "intervalMs", Number(spec.Durability.IntervalMs));
        Events(yaml, spec.Events);
        if (spec.Tiers.Cold.Dapr is { } dapr)
        {
            yaml.Append("dapr:\n");
            Line(yaml, 1, "endpoint", Quoted(dapr.Endpoint));
        }

        return yaml.ToString();
    }

    private static void Budget(StringBuilder yaml, BudgetSpec budget)
    {
        yaml.Append("budget:\n");
        Line(yaml, 1, "limit", Quoted(Bytes(budget.Limit)));
        Line(yaml, 1, "highWatermark", Number(budget.HighWatermark));
        Line(yaml, 1, "criticalWatermark", Number(budget.CriticalWatermark));
        Line(yaml, 1, "intervalSeconds", Number(budget.IntervalSeconds));
        yaml.Append("  shares:\n");
        Line(yaml, 2, "states", Number(budget.Shares.States));
        Line(yaml, 2, "signals", Number(budget.Shares.Signals));
        Line(yaml, 2, "cache", Number(budget.Shares.Cache));
        Line(yaml, 2, "connections", Number(budget.Shares.Connections));
        Line(yaml, 2, "system", Number(budget.Shares.System));
    }

    private static void Tiers(StringBuilder yaml, TiersSpec tiers, int shipIntervalSeconds)
    {
        yaml.Append("tiers:\n  hot:\n");
        Line(yaml, 2, "maxEntries", Number(tiers.Hot.MaxEntries));
        Line(yaml, 2, "minStrength", Number(tiers.Hot.MinStrength));
        yaml.Append("  warm:\n");
        Line(yaml, 2, "maxBytes", Quoted(Bytes(tiers.Warm.Size)));
        Line(yaml, 2, "minStrength", Number(tiers.Warm.MinStrength));
        yaml.Append("  cold:\n");
        Line(yaml, 2, "kind", Quoted(tiers.Cold switch { { S3: not null } => "s3", { Dapr: not null } => "dapr", _ => "none" }));
        if (tiers.Cold.S3 is { } s3)
        {
            // No prefix: two pods that fell back to a common one would write to the same store.
            Line(yaml, 2, "bucket", Quoted(s3.Bucket));
            Line(yaml, 2, "region", Quoted(s3.Region));
            Line(yaml, 2, "endpoint", Quoted(s3.Endpoint));
        }
        else if (tiers.Cold.Dapr is { } dapr)
        {
            Line(yaml, 2, "stateStore", Quoted(dapr.StateStore));
        }

        Line(yaml, 2, "archiveAfterDays", Number(tiers.Cold.ArchiveAfterDays));
        Line(yaml, 2, "shipIntervalSeconds", Number(shipIntervalSeconds));
        Line(yaml, 2, "halfLifeHours", Number(tiers.Cold.HalfLifeHours));
        Line(yaml, 2, "garbageDelayMinutes", Number(tiers.Cold.GarbageDelayMinutes));
    }

    private static void Events(StringBuilder yaml, EventsSpec events)
    {
        yaml.Append("events:\n");
        Line(yaml, 1, "engine", Quoted(events.Engine));
        Line(yaml, 1, "backlogMax", Number(events.BacklogMax));
        Line(yaml, 1, "publish", List(events.Publish));
        if (events.Redis is { } redis)
        {
            // No user: a pod that was made before it has no password, and a user without one is a mistake.
            yaml.Append("  redis:\n");
            Line(yaml, 2, "server", Quoted(redis.Server));
            Line(yaml, 2, "database", Number(redis.Database));
            Line(yaml, 2, "tlsHost", Quoted(redis.TlsHost));
            Line(yaml, 2, "prefix", Quoted(redis.Prefix));
        }

        if (events.Dapr is { } broker)
        {
            yaml.Append("  dapr:\n");
            Line(yaml, 2, "pubsub", Quoted(broker.Pubsub));
            Line(yaml, 2, "topics", List(broker.Topics));
        }
    }

    private static void Line(StringBuilder yaml, int depth, string name, string value) =>
        yaml.Append(' ', depth * 2).Append(name).Append(": ").Append(value).Append('\n');

    // What the resource calls 1.5Gi need not be a word the sidecar knows; whole bytes in its own spelling are.
    private static string Bytes(string amount) => Quantity.TryParse(amount, out long bytes) ? Quantity.Format(bytes) : amount;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    // A text of JSON is one of YAML too, and "Off" stays a word.
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string List(IEnumerable<string> items) =>
        new JsonArray([.. items.Select(item => (JsonNode)item)]).ToJsonString().Replace(",", ", ", StringComparison.Ordinal);
}
