using Thermocline.Contract.Configuration;
using Thermocline.Sidecar.Governor.Planning;
using Thermocline.Store;
using Level = Thermocline.Contract.Configuration.CompressionLevel;
using StoreLevel = Thermocline.Store.CompressionLevel;

namespace Thermocline.Sidecar.Configuration;

/// <summary>What a configuration means for the store.</summary>
internal static class StoreSettings
{
    /// <summary>Age of what may leave the local disk at once: less would send away what was only just written.</summary>
    private static readonly TimeSpan ArchiveAgeMin = TimeSpan.FromMinutes(1);

    /// <summary>The store's options.</summary>
    public static StoreOptions Of(SidecarConfiguration configuration)
    {
        BudgetPlan sizes = BudgetPlan.Of(configuration.Budget, containerLimit: 0);
        CompressionConfiguration compression = configuration.Compression;
        return new StoreOptions
        {
            HotBytes = sizes.HotBytesStart,
            AutoTuneHot = true,
            SegmentBytes = sizes.SegmentBytes,
            PendingBytesMax = sizes.PendingBytes,
            ChunkCacheBytes = sizes.ChunkBytes,
            Durability = PolicyOf(configuration),
            SyncInterval = TimeSpan.FromMilliseconds(configuration.Durability.IntervalMs),
            Compression = LevelOf(compression.Level),
            Deduplicate = compression.Stages.Contains("dedup"),
            TrainDictionaries = compression.Stages.Contains("pattern"),
            QuantisedCollections = compression.QuantisedCollections,
            Cold = Of(configuration.Tiers),
        };
    }

    /// <summary>The store's policy for a configuration.</summary>
    public static DurabilityPolicy PolicyOf(SidecarConfiguration configuration) => configuration.Durability.Policy switch
    {
        AcknowledgePolicy.Always => DurabilityPolicy.Always,
        AcknowledgePolicy.Interval => DurabilityPolicy.Interval,
        AcknowledgePolicy.Never => DurabilityPolicy.Never,
    };

    /// <summary>The store's level for a configured one.</summary>
    public static StoreLevel LevelOf(Level level) => level switch
    {
        Level.Off => StoreLevel.Off,
        Level.Fast => StoreLevel.Fast,
        Level.Balanced => StoreLevel.Balanced,
        Level.Max => StoreLevel.Max,
        Level.Adaptive => StoreLevel.Adaptive,
    };

    private static ColdOptions Of(TiersConfiguration tiers)
    {
        var age = TimeSpan.FromDays(tiers.Cold.ArchiveAfterDays);
        return new ColdOptions
        {
            ShipInterval = TimeSpan.FromSeconds(tiers.Cold.ShipIntervalSeconds),
            WarmBytesMax = tiers.WarmBytesMax,
            HotStrengthMin = tiers.HotStrengthMin,
            WarmStrengthMin = tiers.WarmStrengthMin,
            HalfLife = TimeSpan.FromHours(tiers.Cold.HalfLifeHours),
            ArchiveAge = age < ArchiveAgeMin ? ArchiveAgeMin : age,
            GarbageDelay = TimeSpan.FromMinutes(tiers.Cold.GarbageDelayMinutes),
        };
    }
}
