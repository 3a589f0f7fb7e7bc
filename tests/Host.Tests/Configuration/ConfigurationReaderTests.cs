using System.Net;
using System.Text;
using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Configuration;
using Xunit;

namespace Thermocline.Host.Tests.Configuration;

public sealed class ConfigurationReaderTests
{
    private const string FullExample =
        """
        revision: "17"
        listen: {data: "127.0.0.1:7070", dataSocket: "", admin: "0.0.0.0:7071", adminTokenFile: ""}
        data: {path: ./data}
        budget: {limit: 512Mi, highWatermark: 75, criticalWatermark: 90, intervalSeconds: 5, shares: {states: 40, signals: 20, cache: 15, connections: 10, system: 15}}
        tiers:
          hot:  {maxEntries: 100000, minStrength: 0.7}
          warm: {maxBytes: 10Gi, minStrength: 0.3}
          cold: {kind: s3, bucket: memories, prefix: agents/, region: us-east-1, endpoint: "http://127.0.0.1:9000", stateStore: "", accessKeyFile: "", secretKeyFile: "", secretStore: vault, secret: bucket, archiveAfterDays: 30, shipIntervalSeconds: 10, halfLifeHours: 168, garbageDelayMinutes: 60}   # kind: folder | s3 | none
        compression: {level: Balanced, stages: [dedup, quantise, pattern, zstd], quantisedCollections: [vectors, "null", _v2]}    # Off | Fast | Balanced | Max | Adaptive
        durability: {policy: always, intervalMs: 10}                                # always | interval | never
        search: {anything: goes}
        hypervectors: {dimension: 16384}
        events: {engine: redis, backlogMax: 1000, publishWaitMs: 10, publish: [memory.write], dapr: {pubsub: kafka, topics: [orders, "größe"]}, redis: {server: "redis.example:6380", user: me, passwordFile: /etc/password, database: 3, tlsHost: redis.example, prefix: agents}}
        dapr: {socketFolder: /tmp/dapr-components-sockets, componentName: thermocline, socketMode: "0666", endpoint: "http://127.0.0.1:3501", apiTokenFile: /etc/api, appTokenFile: /etc/app}
        encryption: {keyFile: /etc/key}
        telemetry: {logFormat: json}
        """;

    [Fact]
    public void An_empty_file_is_the_defaults()
    {
        ConfigurationReading reading = Read("");
        Assert.Empty(reading.Mistakes);
        Assert.Empty(reading.NotActedOn);
        Assert.Empty(ConfigurationValues.Differences(new SidecarConfiguration(), reading.Configuration));
        Assert.Null(reading.Configuration.Listen.Admin);
        Assert.Equal(512L << 20, reading.Configuration.Budget.Limit);
    }

    [Fact]
    public void The_full_example_is_accepted_and_what_is_not_acted_on_is_named()
    {
        ConfigurationReading reading = Read(FullExample);
        Assert.Empty(reading.Mistakes);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 7071), reading.Configuration.Listen.Admin);
        Assert.Equal(ColdKind.S3, reading.Configuration.Tiers.Cold.Kind);
        Assert.Equal(["vectors", "null", "_v2"], reading.Configuration.Compression.QuantisedCollections);
        Assert.Contains("tiers.hot.maxEntries", reading.NotActedOn);
        Assert.Contains("search", reading.NotActedOn);
        Assert.DoesNotContain(reading.NotActedOn, path => path.StartsWith("tiers.warm", StringComparison.Ordinal));
        Assert.DoesNotContain(reading.NotActedOn, path => path.StartsWith("compression", StringComparison.Ordinal));
        Assert.DoesNotContain("dapr", reading.NotActedOn);
        Assert.Equal("/tmp/dapr-components-sockets/thermocline.sock", reading.Configuration.Dapr.Socket);
        Assert.DoesNotContain("durability", reading.NotActedOn);
    }

    [Theory]
    [InlineData("dapr: {socketFolder: sockets}", "dapr.socketFolder", "must be an absolute path")]
    [InlineData("dapr: {componentName: a/b}", "dapr.componentName", "must have 1 to 63")]
    [InlineData("dapr: {componentName: ''}", "dapr.componentName", "must have 1 to 63")]
    [InlineData("dapr: {socketMode: '999'}", "dapr.socketMode", "must be permission bits")]
    [InlineData("events: {redis: {server: redis}}", "events.redis.server", "must be host:port")]
    [InlineData("events: {redis: {server: 'me:secret@redis:1'}}", "events.redis.server", "must be host:port")]
    [InlineData("events: {redis: {server: 'redis:70000'}}", "events.redis.server", "must be host:port")]
    [InlineData("events: {redis: {user: me}}", "events.redis.user", "needs passwordFile")]
    [InlineData("events: {redis: {prefix: 'a b'}}", "events.redis.prefix", "must have 1 to 64")]
    [InlineData("events: {engine: kafka}", "events.engine", "must be one of Embedded, Redis, Dapr")]
    [InlineData("events: {engine: dapr}", "events.dapr", "must name the broker")]
    [InlineData("events: {dapr: {pubsub: 'a b'}}", "events.dapr.pubsub", "no space")]
    [InlineData("events: {dapr: {topics: [a, a]}}", "events.dapr.topics", "twice")]
    [InlineData("events: {dapr: {topics: ['']}}", "events.dapr.topics", "1 to 64 bytes")]
    [InlineData("events: {dapr: {topics: [orders, outbox.orders]}}", "events.dapr.topics", "the sidecar's own")]
    [InlineData("events: {dapr: {topics: [outbox-refused]}}", "events.dapr.topics", "the sidecar's own")]
    [InlineData("events: {publish: [memory.writes]}", "events.publish", "did you mean 'memory.write'?")]
    [InlineData("dapr: {endpoint: ''}", "dapr.endpoint", "must not be empty")]
    [InlineData("dapr: {endpoint: '127.0.0.1:3500'}", "dapr.endpoint", "http or https")]
    [InlineData("dapr: {endpoint: 'http://me:secret@x'}", "dapr.endpoint", "use apiTokenFile")]
    [InlineData("tiers: {cold: {kind: dapr, stateStore: s, endpoint: 'http://x'}}", "tiers.cold.endpoint", "dapr.endpoint")]
    [InlineData("tiers: {cold: {secret: a}}", "tiers.cold.secret", "both or neither")]
    [InlineData("tiers: {cold: {secretStore: a b, secret: c}}", "tiers.cold.secretStore", "no space")]
    [InlineData("tiers: {cold: {secretStore: a, secret: '..'}}", "tiers.cold.secret", "must name a secret")]
    [InlineData("tiers: {cold: {secretStore: a, secret: b, accessKeyFile: c, secretKeyFile: d}}", "tiers.cold.secretStore", "give one")]
    [InlineData("dapr: {socketFolder: /run}\nlisten: {dataSocket: /run/thermocline.sock}", "dapr", "where listen.dataSocket is")]
    public void A_wrong_setting_of_events_and_components_is_named(string yaml, string path, string message)
    {
        Mistake mistake = Assert.Single(Read(yaml).Mistakes);
        Assert.Equal(path, mistake.Path);
        Assert.Contains(message, mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("budgit: {limit: 1Gi}", "budgit", "did you mean 'budget'?")]
    [InlineData("budget: {limt: 1Gi}", "budget.limt", "did you mean 'limit'?")]
    [InlineData("budget: {LIMIT: 1Gi}", "budget.LIMIT", "did you mean 'limit'?")]
    [InlineData("budget: {qqqqqqqqqqqq: 1}", "budget.qqqqqqqqqqqq", "known here: limit")]
    [InlineData("budget: {limit: lots}", "budget.limit", "must be an amount")]
    [InlineData("budget: {limit: 999999999999999999Pi}", "budget.limit", "must be an amount")]
    [InlineData("budget: {limit: 1Mi}", "budget.limit", "from 16Mi to 128Gi")]
    [InlineData("budget: {limit: 1000Gi}", "budget.limit", "from 16Mi to 128Gi")]
    [InlineData("budget: {limit: -5}", "budget.limit", "must be an amount")]
    [InlineData("budget: {limit: [1]}", "budget.limit", "single value")]
    [InlineData("budget: 5", "budget", "must be a section")]
    [InlineData("budget: {highWatermark: 90, criticalWatermark: 90}", "budget.highWatermark", "below")]
    [InlineData("budget: {highWatermark: 101}", "budget.highWatermark", "from 1 to 100")]
    [InlineData("budget: {shares: {states: 41}}", "budget.shares", "must add up to 100, not 101")]
    [InlineData("tiers: {hot: {minStrength: 0.2}}", "tiers.hot.minStrength", "not be below")]
    [InlineData("tiers: {hot: {minStrength: 1.2}}", "tiers.hot.minStrength", "from 0 to 1")]
    [InlineData("tiers: {hot: {minStrength: NaN}}", "tiers.hot.minStrength", "from 0 to 1")]
    [InlineData("tiers: {cold: {kind: s4}}", "tiers.cold.kind", "must be one of")]
    [InlineData("tiers: {cold: {kind: s3}}", "tiers.cold.bucket", "must be given")]
    [InlineData("tiers: {cold: {kind: folder}}", "tiers.cold.path", "must be given")]
    [InlineData("tiers: {cold: {endpoint: 'ftp://x'}}", "tiers.cold.endpoint", "http or https")]
    [InlineData("tiers: {cold: {endpoint: 'http://me:secret@x'}}", "tiers.cold.endpoint", "credentials")]
    [InlineData("tiers: {cold: {accessKeyFile: a}}", "tiers.cold.secretKeyFile", "both or neither")]
    [InlineData("tiers: {cold: {kind: dapr}}", "tiers.cold.stateStore", "must name a state store")]
    [InlineData("tiers: {cold: {kind: dapr, stateStore: 'a b'}}", "tiers.cold.stateStore", "no space")]
    [InlineData("tiers: {cold: {prefix: 'a//b'}}", "tiers.cold.prefix", "no empty")]
    [InlineData("tiers: {cold: {prefix: 'a/../b'}}", "tiers.cold.prefix", "'..'")]
    [InlineData("tiers: {cold: {prefix: 'a b'}}", "tiers.cold.prefix", "must have letters")]
    [InlineData("tiers: {cold: {region: ''}}", "tiers.cold.region", "must not be empty")]
    [InlineData("tiers: {cold: {archiveAfterDays: -1}}", "tiers.cold.archiveAfterDays", "from 0 to 36500")]
    [InlineData("tiers: {cold: {shipIntervalSeconds: 0}}", "tiers.cold.shipIntervalSeconds", "from 1 to 86400")]
    [InlineData("tiers: {cold: {halfLifeHours: 0}}", "tiers.cold.halfLifeHours", "from 1 to 87600")]
    [InlineData("tiers: {cold: {garbageDelayMinutes: 43201}}", "tiers.cold.garbageDelayMinutes", "from 10 to 43200")]
    [InlineData("tiers: {warm: {maxBytes: 1Ki}}", "tiers.warm.maxBytes", "from 1Mi")]
    [InlineData("compression: {stages: [dedup]}", "compression.stages", "must name zstd")]
    [InlineData("compression: {stages: []}", "compression.stages", "must name zstd")]
    [InlineData("compression: {stages: [zstd], quantisedCollections: [v]}", "compression.quantisedCollections", "needs the stage quantise")]
    [InlineData("compression: {quantisedCollections: [v, v]}", "compression.quantisedCollections", "twice")]
    [InlineData("compression: {quantisedCollections: ['No Such']}", "compression.quantisedCollections", "not 'No Such'")]
    [InlineData("compression: {quantisedCollections: {a: b}}", "compression.quantisedCollections", "list of words")]
    [InlineData("compression: {level: Blanced}", "compression.level", "did you mean 'Balanced'?")]
    [InlineData("compression: {stages: [zstd, zstd]}", "compression.stages", "twice")]
    [InlineData("compression: {stages: [gzip]}", "compression.stages", "not 'gzip'")]
    [InlineData("compression: {stages: {a: b}}", "compression.stages", "list of words")]
    [InlineData("durability: {policy: sometimes}", "durability.policy", "must be one of")]
    [InlineData("durability: {policy: '1'}", "durability.policy", "must be one of")]
    [InlineData("durability: {intervalMs: 0}", "durability.intervalMs", "from 1 to 60000")]
    [InlineData("hypervectors: {dimension: 100}", "hypervectors.dimension", "multiple of 64, such as 128")]
    [InlineData("telemetry: {logFormat: xml}", "telemetry.logFormat", "must be one of")]
    [InlineData("listen: {data: 'example.org:80'}", "listen.data", "must be an IP address")]
    [InlineData("listen: {data: '127.0.0.1'}", "listen.data", "must be an IP address")]
    [InlineData("listen: {data: '[example.org]:80'}", "listen.data", "must be an IP address")]
    [InlineData("listen: {data: '[localhost]:80'}", "listen.data", "must be an IP address")]
    [InlineData("listen: {data: '127.0.0.1:70707'}", "listen.data", "must be an IP address")]
    [InlineData("listen: {data: '127.0.0.1:7070', admin: '127.0.0.1:7070'}", "listen.admin", "must differ")]
    [InlineData("listen: {dataSocketMode: '0999'}", "listen.dataSocketMode", "octal")]
    [InlineData("listen: {graceSeconds: 1.5}", "listen.graceSeconds", "whole number")]
    [InlineData("listen: {data: 'fd00::zz:7070'}", "listen.data", "must be an IP address")]
    [InlineData("listen: {data: '[127.0.0.1:7070'}", "listen.data", "must be an IP address")]
    [InlineData("revision: 1234567890123456789012345678901234567890123456789012345678901234", "revision", "at most 63")]
    [InlineData("revision: \"a\\u0007\"", "revision", "at most 63")]
    [InlineData("revision: {a: b}", "revision", "single value")]
    [InlineData("search: 5", "search", "must be a section")]
    [InlineData("data: {path: \"a\\0b\"}", "data.path", "must name a folder")]
    public void A_mistake_is_named_with_its_path(string yaml, string path, string message)
    {
        Mistake mistake = Assert.Single(Read(yaml).Mistakes);
        Assert.Equal(path, mistake.Path);
        Assert.Contains(message, mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiers: {warm: {maxBytes: 1Gi}}", "tiers.warm.maxBytes (needs tiers.cold)")]
    [InlineData("tiers: {hot: {minStrength: 0.8}}", "tiers.hot.minStrength (needs tiers.cold)")]
    [InlineData("tiers: {warm: {minStrength: 0.1}}", "tiers.warm.minStrength (needs tiers.cold)")]
    [InlineData("compression: {stages: [lz4, zstd]}", "compression.stages (lz4: every level uses zstd)")]
    [InlineData("hypervectors: {dimension: 128}", "hypervectors")]
    public void What_is_not_acted_on_is_named_with_the_reason(string yaml, string note)
    {
        ConfigurationReading reading = Read(yaml);
        Assert.Empty(reading.Mistakes);
        Assert.Equal(note, Assert.Single(reading.NotActedOn));
    }

    [Theory]
    [InlineData("[10.1.2.3]:7071", "10.1.2.3:7071")]
    [InlineData("[fd00::1]:7071", "[fd00::1]:7071")]
    public void The_address_of_a_pod_may_stand_in_brackets_whatever_its_family(string text, string address)
    {
        ConfigurationReading reading = Read($"listen: {{admin: '{text}'}}");
        Assert.Empty(reading.Mistakes);
        Assert.Equal(System.Net.IPEndPoint.Parse(address), reading.Configuration.Listen.Admin);
    }

    [Theory]
    [InlineData(600, 0)]
    [InlineData(601, 1)]
    public void A_prefix_has_room_for_namespace_cluster_and_store(int letters, int mistakes) =>
        Assert.Equal(mistakes, Read($"tiers: {{cold: {{prefix: {new string('a', letters)}}}}}").Mistakes.Count);

    [Fact]
    public void Without_compression_no_codec_is_needed() =>
        Assert.Empty(Read("compression: {level: Off, stages: []}").Mistakes);

    [Theory]
    [InlineData("[fd00::1]:7071", "[fd00::1]:7071")]
    [InlineData("fd00::1:7071", "[fd00::1]:7071")]
    [InlineData("::1:7071", "[::1]:7071")]
    [InlineData("fd00:1:2:3:4:5:6:7:7071", "[fd00:1:2:3:4:5:6:7]:7071")]
    [InlineData("10.0.0.7:7071", "10.0.0.7:7071")]
    [InlineData("[10.0.0.7]:7071", "10.0.0.7:7071")]
    public void The_address_of_a_pod_is_read_as_Kubernetes_writes_it(string written, string meant)
    {
        ConfigurationReading reading = Read($"listen: {{admin: '{written}'}}");
        Assert.Empty(reading.Mistakes);
        Assert.Equal(IPEndPoint.Parse(meant), reading.Configuration.Listen.Admin);
    }

    [Fact]
    public void All_mistakes_are_listed_at_once_with_their_lines()
    {
        ConfigurationReading reading = Read(
            """
            budget:
              limit: none
              shares: {states: 50}
            hypervectors:
              dimension: 65
            durabilty: {}
            """);
        Assert.Equal(
            ["budget.limit", "budget.shares", "hypervectors.dimension", "durabilty"],
            reading.Mistakes.Select(mistake => mistake.Path));
        Assert.Equal(["line 2", "line 3", "line 5", "line 6"], reading.Mistakes.Select(mistake => mistake.Origin));
    }

    [Theory]
    [InlineData("512Mi", 512L << 20)]
    [InlineData("10Gi", 10L << 30)]
    [InlineData("1G", 1_000_000_000L)]
    [InlineData("123", 123L)]
    [InlineData("1.5Ki", 1536L)]
    [InlineData("0", 0L)]
    public void Quantities_are_read_exactly(string text, long bytes)
    {
        Assert.True(Quantity.TryParse(text, out long read));
        Assert.Equal(bytes, read);
        Assert.True(Quantity.TryParse(Quantity.Format(bytes), out long again));
        Assert.Equal(bytes, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mi")]
    [InlineData("-1")]
    [InlineData("1.0001")]
    [InlineData("1mi")]
    [InlineData("9999999999999Pi")]
    [InlineData("1 Gi")]
    [InlineData("0x10")]
    public void What_is_no_quantity_is_refused(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Fact]
    public void The_printed_configuration_reads_back_as_itself()
    {
        ConfigurationReading reading = Read(FullExample.Replace("./data", "\"./da ta:\\u0007#\\\"\"", StringComparison.Ordinal));
        Assert.Empty(reading.Mistakes);
        ConfigurationReading again = Read(ConfigurationYaml.Write(reading.Configuration));
        Assert.Empty(again.Mistakes);
        Assert.Empty(ConfigurationValues.Differences(reading.Configuration, again.Configuration));
    }

    [Fact]
    public void The_revision_changes_with_any_setting_and_with_nothing_else()
    {
        string one = ConfigurationYaml.RevisionOf(Read("budget: {limit: 1Gi}").Configuration);
        Assert.Equal(one, ConfigurationYaml.RevisionOf(Read("budget: {limit: 1024Mi} # the same").Configuration));
        Assert.NotEqual(one, ConfigurationYaml.RevisionOf(Read("budget: {limit: 1025Mi}").Configuration));
    }

    private static ConfigurationReading Read(string yaml) =>
        new ConfigurationSource(null, new Dictionary<string, string>(), []).Read(Encoding.UTF8.GetBytes(yaml));
}
