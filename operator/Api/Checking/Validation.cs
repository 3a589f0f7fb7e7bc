using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Specification;

namespace Thermocline.Operator.Api.Checking;

/// <summary>
/// The rules of the schema once more, as a pure function: every mistake at once, in the same words, for the webhook and for
/// resources that were stored under an older schema.
/// </summary>
internal static class Validation
{
    private const int ClusterNameLettersMax = 52;
    private const int QuantisedMax = 100;

    /// <summary>Everything that is wrong with a resource.</summary>
    /// <param name="cluster">The resource, with its defaults.</param>
    /// <param name="before">What it was before; null when it is new.</param>
    public static IReadOnlyList<FieldMistake> Of(MemoryCluster cluster, MemoryCluster? before = null)
    {
        FieldNotes notes = new();
        if (cluster.Metadata.Name.Length > ClusterNameLettersMax)
            notes.Report("metadata.name", Wording.ClusterName);
        Spec(cluster.Spec, notes);
        if (before is not null)
            Changes.Check(before.Spec, cluster.Spec, notes);
        return notes.Mistakes;
    }

    private static void Spec(MemoryClusterSpec spec, FieldNotes notes)
    {
        if (spec.Selector is null)
            notes.Report("spec.selector", "is required");
        else
            SelectorChecks.Check("spec.selector", spec.Selector, notes);
        notes.OneOf("spec.attach.existingPods", spec.Attach.ExistingPods, "Evict", "Leave");
        if (spec.Attach.Excluded is not null)
            SelectorChecks.Check("spec.attach.excluded", spec.Attach.Excluded, notes);
        long? limit = Budget(spec.Budget, notes);
        TierChecks.Check(spec.Tiers, limit, notes);
        Compression(spec.Compression, notes);
        Durability(spec.Durability, notes);
        notes.ObjectName("spec.encryption.secretName", spec.Encryption.SecretName, 253);
        Dapr(spec.Dapr, notes);
        EventChecks.Check(spec.Events, notes);
        if (spec.Events.Engine == nameof(EventEngine.Dapr) && spec.Tiers.Cold.Dapr is not null)
            notes.Report("spec.events.engine", Wording.OneDapr);
        if (spec.Events.Dapr is { Pubsub.Length: > 0 } broker && broker.Pubsub == spec.Dapr.PubsubName)
            notes.Report("spec.events.dapr.pubsub", Wording.OwnBroker);
        notes.Range("spec.search.resultTtlSeconds", spec.Search.ResultTtlSeconds, 0, 86_400);
        notes.Range("spec.search.resultEntries", spec.Search.ResultEntries, 0, 10_000);
        if (notes.Length("spec.image", spec.Image, 0, 512) && spec.Image.Length > 0)
            notes.Matches("spec.image", spec.Image, Wording.Image, Wording.ImageReference);
    }

    private static long? Budget(BudgetSpec budget, FieldNotes notes)
    {
        long? limit = notes.Amount(
            "spec.budget.limit", budget.Limit, (BudgetConfiguration.LimitMin, BudgetConfiguration.LimitMax), Wording.BudgetAmount);
        notes.Range("spec.budget.highWatermark", budget.HighWatermark, 1, 100);
        notes.Range("spec.budget.criticalWatermark", budget.CriticalWatermark, 1, 100);
        notes.Range("spec.budget.intervalSeconds", budget.IntervalSeconds, 1, 3_600);
        if (budget.HighWatermark >= budget.CriticalWatermark)
            notes.Report("spec.budget.highWatermark", Wording.WatermarkOrder);
        Shares(budget.Shares, notes);
        return limit;
    }

    private static void Shares(SharesSpec shares, FieldNotes notes)
    {
        const string Path = "spec.budget.shares";
        notes.Range($"{Path}.states", shares.States, 0, 100);
        notes.Range($"{Path}.signals", shares.Signals, 0, 100);
        notes.Range($"{Path}.cache", shares.Cache, 0, 100);
        notes.Range($"{Path}.connections", shares.Connections, 0, 100);
        notes.Range($"{Path}.system", shares.System, 0, 100);
        // Long: five numbers of any size add up without overflow.
        long sum = (long)shares.States + shares.Signals + shares.Cache + shares.Connections + shares.System;
        if (sum != 100)
            notes.Report(Path, Wording.SharesSum);
    }

    private static void Compression(CompressionSpec compression, FieldNotes notes)
    {
        const string Path = "spec.compression";
        notes.OneOf($"{Path}.level", compression.Level, Enum.GetNames<CompressionLevel>());
        string[] known = [.. CompressionConfiguration.StageNames];
        if (notes.Items($"{Path}.stages", compression.Stages.Count, known.Length))
        {
            for (int index = 0; index < compression.Stages.Count; index++)
                notes.OneOf($"{Path}.stages[{index}]", compression.Stages[index], known);
            notes.Unique($"{Path}.stages", compression.Stages);
        }

        if (compression.Level != nameof(CompressionLevel.Off) && !compression.Stages.Contains("zstd"))
            notes.Report($"{Path}.stages", Wording.ZstdNeeded);
        Quantised(compression, notes);
    }

    private static void Quantised(CompressionSpec compression, FieldNotes notes)
    {
        const string Path = "spec.compression.quantisedCollections";
        IReadOnlyList<string> collections = compression.QuantisedCollections;
        if (notes.Items(Path, collections.Count, QuantisedMax))
        {
            for (int index = 0; index < collections.Count; index++)
            {
                if (notes.Length($"{Path}[{index}]", collections[index], 1, 128))
                    notes.Matches($"{Path}[{index}]", collections[index], Wording.Collection, Wording.CollectionName);
            }

            notes.Unique(Path, collections);
        }

        if (collections.Count > 0 && !compression.Stages.Contains("quantise"))
            notes.Report(Path, Wording.QuantiseStage);
    }

    private static void Durability(DurabilitySpec durability, FieldNotes notes)
    {
        notes.OneOf("spec.durability.policy", durability.Policy, Enum.GetNames<AcknowledgePolicy>());
        notes.Range("spec.durability.intervalMs", durability.IntervalMs, 1, 60_000);
        notes.Range("spec.durability.shipIntervalSeconds", durability.ShipIntervalSeconds, 1, 86_400);
    }

    private static void Dapr(DaprSpec dapr, FieldNotes notes)
    {
        notes.ObjectName("spec.dapr.stateStoreName", dapr.StateStoreName, 63);
        notes.ObjectName("spec.dapr.pubsubName", dapr.PubsubName, 63);
        if (dapr.PubsubName.Length > 0 && dapr.PubsubName == dapr.StateStoreName)
            notes.Report("spec.dapr.pubsubName", Wording.StoreAndBroker);
        notes.Range("spec.dapr.resiliency.timeoutSeconds", dapr.Resiliency.TimeoutSeconds, 1, 300);
        notes.Range("spec.dapr.resiliency.maxRetries", dapr.Resiliency.MaxRetries, 0, 100);
    }
}
