using System.Text.Json.Nodes;
using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Operator.Admission.Injecting;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Api.Specification.Events;
using Thermocline.Operator.Plan.Desired;
using Thermocline.Operator.Tests.Api;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Thermocline.Operator.Tests.Plan;

public sealed class SidecarYamlTests
{
    public static TheoryData<string> Valid => [.. ClusterFile.Names("valid")];

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_sidecar_reads_the_configuration_of_every_valid_cluster_without_a_mistake(string name)
    {
        MemoryClusterSpec spec = ClusterFile.Parse(ClusterFile.Read("valid", name).Text).Spec;
        ConfigurationReading reading = Read(SidecarYaml.Of(spec, 12));
        Assert.Empty(reading.Mistakes);
        SidecarConfiguration read = reading.Configuration;
        Assert.Equal("12", read.Revision);
        Assert.Equal(BytesOf(spec.Budget.Limit), read.Budget.Limit);
        Assert.Equal(
            (spec.Budget.HighWatermark, spec.Budget.CriticalWatermark, spec.Budget.IntervalSeconds),
            (read.Budget.HighWatermark, read.Budget.CriticalWatermark, read.Budget.IntervalSeconds));
        Assert.Equal(
            (spec.Budget.Shares.States, spec.Budget.Shares.Signals, spec.Budget.Shares.Cache, spec.Budget.Shares.Connections, spec.Budget.Shares.System),
            (read.Budget.Shares.States, read.Budget.Shares.Signals, read.Budget.Shares.Cache, read.Budget.Shares.Connections, read.Budget.Shares.System));
        Assert.Equal((spec.Tiers.Hot.MaxEntries, spec.Tiers.Hot.MinStrength), (read.Tiers.HotEntriesMax, read.Tiers.HotStrengthMin));
        Assert.Equal((BytesOf(spec.Tiers.Warm.Size), spec.Tiers.Warm.MinStrength), (read.Tiers.WarmBytesMax, read.Tiers.WarmStrengthMin));
        ColdTierConfiguration cold = read.Tiers.Cold;
        Assert.Equal(
            spec.Tiers.Cold switch
            {
                { S3: { } s3 } => (ColdKind.S3, s3.Bucket, s3.Region, s3.Endpoint, ""),
                { Dapr: { } dapr } => (ColdKind.Dapr, "", "us-east-1", "", dapr.StateStore),
                _ => (ColdKind.None, "", "us-east-1", "", ""),
            },
            (cold.Kind, cold.Bucket, cold.Region, cold.Endpoint, cold.StateStore));
        Assert.Equal(spec.Tiers.Cold.Dapr?.Endpoint ?? new DaprConfiguration().Endpoint, read.Dapr.Endpoint);
        AssertEvents(spec.Events, read.Events);
        Assert.Equal(
            (spec.Tiers.Cold.ArchiveAfterDays, spec.Tiers.Cold.HalfLifeHours, spec.Tiers.Cold.GarbageDelayMinutes, spec.Durability.ShipIntervalSeconds),
            (cold.ArchiveAfterDays, cold.HalfLifeHours, cold.GarbageDelayMinutes, cold.ShipIntervalSeconds));
        Assert.Equal(
            (spec.Compression.Level, spec.Durability.Policy, spec.Durability.IntervalMs),
            (read.Compression.Level.ToString(), read.Durability.Policy.ToString(), read.Durability.IntervalMs));
        Assert.Equal(spec.Compression.Stages, read.Compression.Stages);
        Assert.Equal(spec.Compression.QuantisedCollections, read.Compression.QuantisedCollections);
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_sidecar_reads_it_without_a_mistake_together_with_what_its_pod_is_given(string name)
    {
        MemoryCluster cluster = ClusterFile.Parse(ClusterFile.Read("valid", name).Text);
        // The longest names a pod of this cluster may have.
        cluster = cluster with { Metadata = cluster.Metadata with { Name = new string('c', 52), Namespace = new string('n', 63) } };
        InjectionWish wish = InjectionWish.Of(cluster, new string('s', 63), "sidecar");
        SettingSection settings = Settings(SidecarYaml.Of(cluster.Spec, 12));
        foreach (JsonObject variable in PodJson.Objects(InjectedContainer.Of(wish, null, false)["env"]))
        {
            string variableName = PodJson.Text(variable["name"])!;
            if (variableName.StartsWith("THERMOCLINE__", StringComparison.Ordinal))
            {
                string value = PodJson.Text(variable["value"])!.Replace("$(POD_IP)", "10.1.2.3", StringComparison.Ordinal);
                settings = settings.With(variableName["THERMOCLINE__".Length..].Split("__"), new SettingText(value, $"environment {variableName}"));
            }
        }

        ConfigurationReading reading = ConfigurationReader.Read(settings);
        Assert.Empty(reading.Mistakes);
        SidecarConfiguration read = reading.Configuration;
        if (cluster.Spec.Tiers.Cold.HasStore())
            Assert.EndsWith($"/{wish.Store}/", "/" + read.Tiers.Cold.Prefix, StringComparison.Ordinal);
        if (cluster.Spec.Events is { Engine: "Redis", Redis: { PasswordSecretName.Length: > 0 } redis })
            Assert.Equal((redis.User, Names.RedisFolder + "/password"), (read.Events.Redis.User, read.Events.Redis.PasswordFile));
        if (cluster.Spec.Tiers.Cold.Dapr is { ApiTokenSecretName.Length: > 0 })
            Assert.Equal(Names.DaprFolder + "/token", read.Dapr.ApiTokenFile);
    }

    [Fact]
    public void Nothing_of_a_pods_own_stands_in_what_all_pods_share()
    {
        MemoryClusterSpec spec = ClusterFile.Parse(ClusterFile.Read("valid", "full").Text).Spec;
        JsonNode yaml = YamlJson.Of(SidecarYaml.Of(spec, 1));
        Assert.Null(yaml["listen"]);
        Assert.Null(yaml["data"]!["path"]);
        Assert.Equal("whenEmpty", (string?)yaml["data"]!["restore"]);
        Assert.Null(yaml["tiers"]!["cold"]!["prefix"]);
        Assert.Null(yaml["tiers"]!["cold"]!["accessKeyFile"]);
    }

    private static void AssertEvents(EventsSpec spec, EventsConfiguration read)
    {
        Assert.Equal((spec.Engine, spec.BacklogMax), (read.Engine.ToString(), read.BacklogMax));
        Assert.Equal(spec.Publish, read.Publish);
        if (spec.Redis is { } redis)
        {
            Assert.Equal(
                (redis.Server, "", "", redis.Database, redis.TlsHost, redis.Prefix),
                (read.Redis.Server, read.Redis.User, read.Redis.PasswordFile, read.Redis.Database, read.Redis.TlsHost, read.Redis.Prefix));
        }

        Assert.Equal(spec.Dapr?.Pubsub ?? "", read.Dapr.PubSub);
        Assert.Equal(spec.Dapr?.Topics ?? [], read.Dapr.Topics);
    }

    private static long BytesOf(string amount) => Quantity.TryParse(amount, out long bytes) ? bytes : throw new ArgumentException(amount);

    private static ConfigurationReading Read(string yaml) => ConfigurationReader.Read(Settings(yaml));

    private static SettingSection Settings(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return (SettingSection)Setting(stream.Documents.Single().RootNode);
    }

    private static Setting Setting(YamlNode node) => node switch
    {
        YamlMappingNode fields => new SettingSection(
            [.. fields.Children.Select(field => KeyValuePair.Create(((YamlScalarNode)field.Key).Value!, (Setting?)Setting(field.Value)))], "yaml"),
        YamlSequenceNode items => new SettingList([.. items.Select(Setting)], "yaml"),
        _ => new SettingText(((YamlScalarNode)node).Value!, "yaml"),
    };
}
