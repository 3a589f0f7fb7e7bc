using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification.Tiers;

/// <summary>A bucket.</summary>
internal sealed record S3Spec
{
    private static readonly ColdTierConfiguration Standard = new();

    [Required]
    [Length(3, 63)]
    [ValidationRule($"self.matches('{Wording.Bucket}')", Wording.BucketName)]
    [ValidationRule("self == oldSelf", Wording.Immutable)]
    [Description("Name of the bucket. Cannot be changed.")]
    public string Bucket { get; set; } = "";

    [Length(0, 100)]
    [ValidationRule($"self.matches('{Wording.Prefix}') && !self.matches('{Wording.PrefixDots}')", Wording.PrefixForm)]
    [ValidationRule("self == oldSelf", Wording.Immutable)]
    [Description("What every object's name starts with; each pod has a folder of its own below it. Cannot be changed.")]
    public string Prefix { get; set; } = Standard.Prefix;

    [Length(1, 64)]
    [ValidationRule($"self.matches('{Wording.Region}')", Wording.RegionName)]
    [Description("Region of the bucket.")]
    public string Region { get; set; } = Standard.Region;

    [Length(0, 512)]
    [ValidationRule($"self == '' || self.matches('{Wording.Endpoint}')", Wording.EndpointAddress)]
    [ValidationRule("!self.contains('@')", Wording.EndpointCredentials)]
    [Description("Address (http or https) of an S3-compatible service. Empty: the region's own.")]
    public string Endpoint { get; set; } = Standard.Endpoint;

    [Length(0, 253)]
    [ValidationRule($"self == '' || self.matches('{Wording.ObjectName}')", Wording.NameOfObject)]
    [Description("Secret with the keys accessKey and secretKey. Empty: the pod's own identity, as the AWS SDK finds it.")]
    public string CredentialsSecretName { get; set; } = "";
}
