using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Specification.Tiers;

namespace Thermocline.Operator.Api.Checking;

/// <summary>The rules of the tiers.</summary>
internal static class TierChecks
{
    private const long BytesMin = 1L << 20;
    private const long WarmBytesMax = 1L << 50;

    public static void Check(TiersSpec tiers, long? limit, FieldNotes notes)
    {
        const string Path = "spec.tiers";
        notes.Range($"{Path}.hot.maxEntries", tiers.Hot.MaxEntries, 1, 1_000_000_000);
        long? hot = tiers.Hot.MaxBytes.Length == 0
            ? null
            : notes.Amount($"{Path}.hot.maxBytes", tiers.Hot.MaxBytes, (BytesMin, BudgetConfiguration.LimitMax), Wording.HotAmount);
        if (hot > limit)
            notes.Report($"{Path}.hot.maxBytes", Wording.HotWithinBudget);
        notes.Range($"{Path}.hot.minStrength", tiers.Hot.MinStrength, 0, 1);
        notes.Range($"{Path}.warm.minStrength", tiers.Warm.MinStrength, 0, 1);
        if (!(tiers.Hot.MinStrength >= tiers.Warm.MinStrength))
            notes.Report($"{Path}.hot.minStrength", Wording.StrengthOrder);
        notes.Amount($"{Path}.warm.size", tiers.Warm.Size, (BytesMin, WarmBytesMax), Wording.WarmAmount);
        notes.ObjectName($"{Path}.warm.storageClassName", tiers.Warm.StorageClassName, 253);
        notes.Range($"{Path}.cold.archiveAfterDays", tiers.Cold.ArchiveAfterDays, 0, 36_500);
        notes.Range($"{Path}.cold.halfLifeHours", tiers.Cold.HalfLifeHours, 1, 87_600);
        notes.Range($"{Path}.cold.garbageDelayMinutes", tiers.Cold.GarbageDelayMinutes, 10, 43_200);
        if (tiers.Cold.S3 is not null)
            Bucket(tiers.Cold.S3, notes);
        if (tiers.Cold.Dapr is not null)
            State(tiers.Cold.Dapr, notes);
        if (tiers.Cold is { S3: not null, Dapr: not null })
            notes.Report($"{Path}.cold.dapr", Wording.OneColdStore);
    }

    private static void State(DaprStateSpec dapr, FieldNotes notes)
    {
        const string Path = "spec.tiers.cold.dapr";
        if (notes.Length($"{Path}.stateStore", dapr.StateStore, 1, 253))
            notes.Matches($"{Path}.stateStore", dapr.StateStore, Wording.Component, Wording.ComponentName);
        Prefix($"{Path}.prefix", dapr.Prefix, (16, Wording.StatePrefixForm), notes);
        notes.ObjectName($"{Path}.apiTokenSecretName", dapr.ApiTokenSecretName, 253);
        if (!notes.Length($"{Path}.endpoint", dapr.Endpoint, 1, 512))
            return;
        notes.Matches($"{Path}.endpoint", dapr.Endpoint, Wording.Endpoint, Wording.EndpointAddress);
        if (FieldNotes.Fits(dapr.Endpoint, Wording.Loopback))
            notes.Report($"{Path}.endpoint", Wording.OwnDapr);
        if (dapr.Endpoint.Contains('@', StringComparison.Ordinal))
            notes.Report($"{Path}.endpoint", Wording.TokenElsewhere);
    }

    private static void Bucket(S3Spec s3, FieldNotes notes)
    {
        const string Path = "spec.tiers.cold.s3";
        if (notes.Length($"{Path}.bucket", s3.Bucket, 3, 63))
            notes.Matches($"{Path}.bucket", s3.Bucket, Wording.Bucket, Wording.BucketName);
        Prefix($"{Path}.prefix", s3.Prefix, (100, Wording.PrefixForm), notes);
        if (notes.Length($"{Path}.region", s3.Region, 1, 64))
            notes.Matches($"{Path}.region", s3.Region, Wording.Region, Wording.RegionName);
        notes.ObjectName($"{Path}.credentialsSecretName", s3.CredentialsSecretName, 253);
        if (!notes.Length($"{Path}.endpoint", s3.Endpoint, 0, 512) || s3.Endpoint.Length == 0)
            return;
        notes.Matches($"{Path}.endpoint", s3.Endpoint, Wording.Endpoint, Wording.EndpointAddress);
        if (s3.Endpoint.Contains('@', StringComparison.Ordinal))
            notes.Report($"{Path}.endpoint", Wording.EndpointCredentials);
    }

    private static void Prefix(string path, string prefix, (int LettersMax, string Form) rule, FieldNotes notes)
    {
        if (notes.Length(path, prefix, 0, rule.LettersMax)
            && !(FieldNotes.Fits(prefix, Wording.Prefix) && !FieldNotes.Fits(prefix, Wording.PrefixDots)))
            notes.Report(path, rule.Form);
    }
}
