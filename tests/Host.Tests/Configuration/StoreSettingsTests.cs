using System.Text;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Configuration;
using Thermocline.Store;
using Xunit;

namespace Thermocline.Host.Tests.Configuration;

public sealed class StoreSettingsTests
{
    [Fact]
    public void Every_setting_reaches_the_store()
    {
        StoreOptions options = Of(
            """
            tiers:
              hot: {minStrength: 0.9}
              warm: {minStrength: 0.2, maxBytes: 3Gi}
              cold: {kind: folder, path: ./cold, archiveAfterDays: 5, shipIntervalSeconds: 7, halfLifeHours: 48, garbageDelayMinutes: 19}
            compression: {level: Max, stages: [quantise, zstd], quantisedCollections: [v]}
            durability: {policy: interval, intervalMs: 25}
            """);
        Assert.Equal(CompressionLevel.Max, options.Compression);
        Assert.False(options.Deduplicate);
        Assert.False(options.TrainDictionaries);
        Assert.Equal(["v"], options.QuantisedCollections);
        Assert.Equal(DurabilityPolicy.Interval, options.Durability);
        Assert.Equal(TimeSpan.FromMilliseconds(25), options.SyncInterval);
        Assert.Equal(
            new ColdOptions
            {
                HotStrengthMin = 0.9,
                WarmStrengthMin = 0.2,
                WarmBytesMax = 3L << 30,
                ArchiveAge = TimeSpan.FromDays(5),
                ShipInterval = TimeSpan.FromSeconds(7),
                HalfLife = TimeSpan.FromHours(48),
                GarbageDelay = TimeSpan.FromMinutes(19),
            },
            options.Cold);
    }

    [Fact]
    public void The_defaults_are_those_of_the_store()
    {
        StoreOptions options = Of("");
        Assert.Equal(new ColdOptions(), options.Cold);
        Assert.Equal(CompressionLevel.Balanced, options.Compression);
        Assert.True(options.Deduplicate && options.TrainDictionaries);
        options.Validate();
    }

    [Theory]
    [InlineData("tiers: {cold: {archiveAfterDays: 0, shipIntervalSeconds: 1, halfLifeHours: 1, garbageDelayMinutes: 10}, warm: {maxBytes: 1Mi, minStrength: 0}, hot: {minStrength: 0}}")]
    [InlineData("tiers: {cold: {archiveAfterDays: 36500, shipIntervalSeconds: 86400, halfLifeHours: 87600, garbageDelayMinutes: 43200}, warm: {maxBytes: 1Pi, minStrength: 1}, hot: {minStrength: 1}}")]
    public void The_ends_of_every_range_are_taken(string yaml) => Of(yaml).Validate();

    [Theory]
    [InlineData("Off", CompressionLevel.Off)]
    [InlineData("Fast", CompressionLevel.Fast)]
    [InlineData("Balanced", CompressionLevel.Balanced)]
    [InlineData("Max", CompressionLevel.Max)]
    [InlineData("Adaptive", CompressionLevel.Adaptive)]
    public void Levels_are_spelt_as_the_store_spells_them(string name, CompressionLevel level) =>
        Assert.Equal(level, Of($"compression: {{level: {name}}}").Compression);

    private static StoreOptions Of(string yaml)
    {
        ConfigurationReading reading = new ConfigurationSource(null, new Dictionary<string, string>(), []).Read(Encoding.UTF8.GetBytes(yaml));
        Assert.Empty(reading.Mistakes);
        return StoreSettings.Of(reading.Configuration);
    }
}
