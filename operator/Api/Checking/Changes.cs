using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Api.Specification.Tiers;

namespace Thermocline.Operator.Api.Checking;

/// <summary>What a change must leave as it is: where data already lies.</summary>
internal static class Changes
{
    public static void Check(MemoryClusterSpec before, MemoryClusterSpec after, FieldNotes notes)
    {
        Same("spec.tiers.warm.storageClassName", before.Tiers.Warm.StorageClassName, after.Tiers.Warm.StorageClassName, notes);
        if (before.Tiers.Cold.S3 is { } bucket)
            Check(bucket, after.Tiers.Cold.S3, notes);
        if (before.Tiers.Cold.Dapr is { } state)
            Check(state, after.Tiers.Cold.Dapr, notes);
    }

    private static void Check(S3Spec before, S3Spec? after, FieldNotes notes)
    {
        if (after is null)
        {
            notes.Report("spec.tiers.cold.s3", Wording.ColdStays);
            return;
        }

        Same("spec.tiers.cold.s3.bucket", before.Bucket, after.Bucket, notes);
        Same("spec.tiers.cold.s3.prefix", before.Prefix, after.Prefix, notes);
    }

    private static void Check(DaprStateSpec before, DaprStateSpec? after, FieldNotes notes)
    {
        if (after is null)
        {
            notes.Report("spec.tiers.cold.dapr", Wording.ColdStays);
            return;
        }

        Same("spec.tiers.cold.dapr.stateStore", before.StateStore, after.StateStore, notes);
        Same("spec.tiers.cold.dapr.prefix", before.Prefix, after.Prefix, notes);
    }

    private static void Same(string path, string before, string after, FieldNotes notes)
    {
        if (before != after)
            notes.Report(path, Wording.Immutable);
    }
}
