using Thermocline.Operator.Api.Observed;
using Thermocline.Operator.Api.Schema;
using Thermocline.Operator.Api.Specification;

namespace Thermocline.Operator.Api;

/// <summary>The resource: a budget of memory for a group of pods, and what became of it.</summary>
[KubernetesEntity(
    Group = "thermocline.dev", ApiVersion = "v1alpha1", Kind = "MemoryCluster", PluralName = "memoryclusters",
    ShortNames = ["mc"], Categories = ["all", "thermocline"])]
[Description("A budget of memory for a group of pods: each of them gets a sidecar that keeps what is used in RAM and lets what is "
    + "not used sink to local disk and then to S3. The annotation thermocline.dev/paused: \"true\" stops the operator from acting on it.")]
[ValidationRule("size(self.metadata.name) <= 52", "metadata.name " + Wording.ClusterName)]
[GenericAdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Ready\")].status", "Ready", "string", "Whether every selected pod has a sidecar that is ready.")]
[GenericAdditionalPrinterColumn(".status.attached", "Attached", "integer", "Pods that have a sidecar.")]
[GenericAdditionalPrinterColumn(".status.tiers.hot", "Hot", "string", "What the sidecars hold in RAM.")]
[GenericAdditionalPrinterColumn(".status.tiers.warm", "Warm", "string", "What they hold on local disk.")]
[GenericAdditionalPrinterColumn(".status.tiers.cold", "Cold", "string", "What they hold in the cold store alone.")]
[GenericAdditionalPrinterColumn(".status.compressionRatio", "Ratio", "string", "Bytes before compression for each byte after.")]
[GenericAdditionalPrinterColumn(".status.pressure", "Pressure", "string", "How short of memory the worst of them is.")]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date", "Time since it was created.")]
internal sealed record MemoryCluster
{
    /// <summary>Group and version of every resource of this shape.</summary>
    public const string GroupVersion = "thermocline.dev/v1alpha1";

    /// <summary>Kind of every resource of this shape.</summary>
    public const string KindName = "MemoryCluster";

    /// <summary>The annotation whose value <c>true</c> makes the operator leave the cluster as it is.</summary>
    public const string PausedAnnotation = "thermocline.dev/paused";

    /// <summary>Group and version.</summary>
    public string ApiVersion { get; set; } = GroupVersion;

    /// <summary>Kind.</summary>
    public string Kind { get; set; } = KindName;

    /// <summary>Name, labels, and what the API server adds.</summary>
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What is wanted.</summary>
    [Required]
    [Description("What is wanted.")]
    public MemoryClusterSpec Spec { get; set; } = new();

    /// <summary>What the operator found; null before it looked.</summary>
    [Description("What the operator found. Written by the operator alone.")]
    public MemoryClusterStatus? Status { get; set; }
}
