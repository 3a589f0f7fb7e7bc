using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification.Tiers;

/// <summary>The cold store.</summary>
[ValidationRule("!has(oldSelf.s3) || has(self.s3)", Wording.ColdStays, ".s3")]
[ValidationRule("!has(oldSelf.dapr) || has(self.dapr)", Wording.ColdStays, ".dapr")]
[ValidationRule("!has(self.s3) || !has(self.dapr)", Wording.OneColdStore, ".dapr")]
internal sealed record ColdTierSpec
{
    private static readonly ColdTierConfiguration Standard = new();

    [Description("A bucket of S3, or of a service that speaks like it. Absent: nothing leaves the local disk. "
        + "Cannot be taken away once it is set.")]
    public S3Spec? S3 { get; set; }

    [Description("Another state store behind Dapr, where no bucket is allowed; instead of s3. Cannot be taken away once it is set.")]
    public DaprStateSpec? Dapr { get; set; }

    [RangeMinimum(0)]
    [RangeMaximum(36_500)]
    [Description("Days without use after which a segment leaves the local disk, whatever its strength. 0: after a minute.")]
    public int ArchiveAfterDays { get; set; } = Standard.ArchiveAfterDays;

    [RangeMinimum(1)]
    [RangeMaximum(87_600)]
    [Description("Hours in which the strength of what is not used halves.")]
    public int HalfLifeHours { get; set; } = Standard.HalfLifeHours;

    [RangeMinimum(10)]
    [RangeMaximum(43_200)]
    [Description("Minutes for which an object that nobody names any more is kept in the bucket.")]
    public int GarbageDelayMinutes { get; set; } = Standard.GarbageDelayMinutes;

    /// <summary>Whether there is a cold store at all.</summary>
    public bool HasStore() => S3 is not null || Dapr is not null;
}
