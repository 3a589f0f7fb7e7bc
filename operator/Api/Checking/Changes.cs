using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Api.Specification.Tiers;

namespace Thermocline.Operator.Api.Checking;

/// <summary>What a change must leave as it is: where data already lies.</summary>
internal static class Changes
{
    public static void Check(MemoryClusterSpec before, MemoryClusterSpec after, FieldNotes notes)
    {
        Same("spec.tiers.warm.storageClassName", before.Tiers.Warm.StorageClassName, after.Tiers.Warm.StorageClassName, notes);
        if (before.Tiers.Cold.S3 is not { } old)
            return;
        if (after.Tiers.Cold.S3 is not S3Spec current)
        {
            notes.Report("spec.tiers.cold.s3", Wording.ColdStays);
            return;
        }

        Same("spec.tiers.cold.s3.bucket", old.Bucket, current.Bucket, notes);
        Same("spec.tiers.cold.s3.prefix", old.Prefix, current.Prefix, notes);
    }

    private static void Same(string path, string before, string after, FieldNotes notes)
    {
        if (before != after)
            notes.Report(path, Wording.Immutable);
    }
}
