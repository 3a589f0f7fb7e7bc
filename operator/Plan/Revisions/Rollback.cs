using System.Globalization;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Checking;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Api.Specification.Tiers;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Plan.Revisions;

/// <summary>Return to an accepted spec, as the annotation asks. The annotation goes with the same write, so that it acts once.</summary>
internal static class Rollback
{
    private const string Action = "Rollback";

    /// <summary>What is due; null when nobody asks.</summary>
    public static ClusterPlan? Of(Observed observed, History history)
    {
        if (observed.Annotation(Names.RollbackAnnotation) is not { } asked)
            return null;
        if (!long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            || history.Numbered(number) is not { } revision)
        {
            string known = string.Join(", ", history.Revisions.Select(each => each.Number));
            string hint = known.Length == 0 ? "There is none yet." : $"There are {known}.";
            return Refused(observed, "UnknownRevision", $"There is no revision '{asked}' to roll back to. {hint}");
        }

        MemoryClusterSpec spec = Keeping(observed.Cluster.Spec, revision.Spec);
        IReadOnlyList<FieldMistake> mistakes = Validation.Of(observed.Cluster with { Spec = spec }, observed.Cluster);
        if (mistakes.Count > 0)
        {
            string why = string.Join("; ", mistakes.Select(each => $"{each.Path} {each.Message}"));
            return Refused(observed, "RollbackRefused", $"Revision {number} would no longer be accepted: {why}");
        }

        return new ClusterPlan
        {
            Patch = Patch(observed, spec, new JsonObject { [Names.RollbackAnnotation] = null }),
            Events = [new ClusterEvent("RolledBack", $"Rolled back to revision {number}") { Action = Action }],
            RequeueAfter = TimeSpan.Zero,
        };
    }

    /// <summary>A write of spec and annotations, to this version of the resource only.</summary>
    public static JsonObject Patch(Observed observed, MemoryClusterSpec spec, JsonObject annotations)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = observed.Cluster.Metadata.ResourceVersion,
                ["annotations"] = annotations,
            },
        };
        JsonObject changes = MergePatch.Between(SpecText.Json(observed.Cluster.Spec), SpecText.Json(spec));
        if (changes.Count > 0)
            patch["spec"] = changes;
        return patch;
    }

    /// <summary>An earlier spec, with what says where data lies as it is now.</summary>
    public static MemoryClusterSpec Keeping(MemoryClusterSpec current, MemoryClusterSpec earlier)
    {
        ColdTierSpec cold = (current.Tiers.Cold, earlier.Tiers.Cold) switch
        {
            ({ S3: { } s3 }, var before) => before with
            {
                S3 = (before.S3 ?? s3) with { Bucket = s3.Bucket, Prefix = s3.Prefix },
                Dapr = null,
            },
            ({ Dapr: { } dapr }, var before) => before with
            {
                S3 = null,
                Dapr = (before.Dapr ?? dapr) with { StateStore = dapr.StateStore, Prefix = dapr.Prefix },
            },
            (_, var before) => before,
        };
        return earlier with
        {
            Tiers = earlier.Tiers with
            {
                Warm = earlier.Tiers.Warm with { StorageClassName = current.Tiers.Warm.StorageClassName },
                Cold = cold,
            },
        };
    }

    private static ClusterPlan Refused(Observed observed, string reason, string why) => new()
    {
        Patch = Patch(observed, observed.Cluster.Spec, new JsonObject { [Names.RollbackAnnotation] = null }),
        Events = [new ClusterEvent(reason, why) { IsWarning = true, Action = Action }],
        RequeueAfter = TimeSpan.Zero,
    };
}
