using System.Text.Json.Nodes;
using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Operator.Api.Specification;
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
            spec.Tiers.Cold.S3 is { } s3 ? (ColdKind.S3, s3.Bucket, s3.Region, s3.Endpoint) : (ColdKind.None, "", "us-east-1", ""),
            (cold.Kind, cold.Bucket, cold.Region, cold.Endpoint));
        Assert.Equal(
            (spec.Tiers.Cold.ArchiveAfterDays, spec.Tiers.Cold.HalfLifeHours, spec.Tiers.Cold.GarbageDelayMinutes, spec.Durability.ShipIntervalSeconds),
            (cold.ArchiveAfterDays, cold.HalfLifeHours, cold.GarbageDelayMinutes, cold.ShipIntervalSeconds));
        Assert.Equal(
            (spec.Compression.Level, spec.Durability.Policy, spec.Durability.IntervalMs),
            (read.Compression.Level.ToString(), read.Durability.Policy.ToString(), read.Durability.IntervalMs));
        Assert.Equal(spec.Compression.Stages, read.Compression.Stages);
        Assert.Equal(spec.Compression.QuantisedCollections, read.Compression.QuantisedCollections);
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

    private static long BytesOf(string amount) => Quantity.TryParse(amount, out long bytes) ? bytes : throw new ArgumentException(amount);

    private static ConfigurationReading Read(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return ConfigurationReader.Read((SettingSection)Setting(stream.Documents.Single().RootNode));
    }

    private static Setting Setting(YamlNode node) => node switch
    {
        YamlMappingNode fields => new SettingSection(
            [.. fields.Children.Select(field => KeyValuePair.Create(((YamlScalarNode)field.Key).Value!, (Setting?)Setting(field.Value)))], "yaml"),
        YamlSequenceNode items => new SettingList([.. items.Select(Setting)], "yaml"),
        _ => new SettingText(((YamlScalarNode)node).Value!, "yaml"),
    };
}
