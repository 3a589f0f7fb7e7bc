using Thermocline.Operator.Api.Schema;

namespace Thermocline.Operator.Api.Specification;

/// <summary>What is set up for Dapr.</summary>
[ValidationRule("self.pubsubName == '' || self.pubsubName != self.stateStoreName", Wording.StoreAndBroker, ".pubsubName")]
internal sealed record DaprSpec
{
    [Description("Whether a Component and a Resiliency are written where the cluster has Dapr.")]
    public bool Enabled { get; set; } = true;

    [Length(0, 63)]
    [ValidationRule($"self == '' || self.matches('{Wording.ObjectName}')", Wording.NameOfObject)]
    [Description("Name of the state store for applications. Empty: the name of this MemoryCluster.")]
    public string StateStoreName { get; set; } = "";

    [Length(0, 63)]
    [ValidationRule($"self == '' || self.matches('{Wording.ObjectName}')", Wording.NameOfObject)]
    [Description("Name of the message broker (pub/sub) for applications. Empty: none.")]
    public string PubsubName { get; set; } = "";

    [Description("What Dapr does while a sidecar restarts.")]
    public ResiliencySpec Resiliency { get; set; } = new();

    /// <summary>The state store's name in a cluster of this name.</summary>
    public string StoreNameFor(string cluster) => StateStoreName.Length > 0 ? StateStoreName : cluster;
}
