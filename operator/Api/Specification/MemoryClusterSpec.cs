using Thermocline.Operator.Api.Schema;
using Thermocline.Operator.Api.Specification.Events;
using Thermocline.Operator.Api.Specification.Tiers;

namespace Thermocline.Operator.Api.Specification;

/// <summary>What is wanted of a cluster.</summary>
[ValidationRule(
    "self.tiers.hot.maxBytes == '' || !isQuantity(self.tiers.hot.maxBytes) || !isQuantity(self.budget.limit)"
    + " || quantity(self.tiers.hot.maxBytes).compareTo(quantity(self.budget.limit)) <= 0",
    Wording.HotWithinBudget, ".tiers.hot.maxBytes")]
[ValidationRule("self.events.engine != 'Dapr' || !has(self.tiers.cold.dapr)", Wording.OneDapr, ".events.engine")]
[ValidationRule(
    "!has(self.events.dapr) || self.events.dapr.pubsub != self.dapr.pubsubName || self.events.dapr.pubsub == ''",
    Wording.OwnBroker, ".events.dapr.pubsub")]
internal sealed record MemoryClusterSpec
{
    [Required]
    [Description("Which pods of the namespace get a sidecar. A pod that two clusters select gets none, and both say so.")]
    public LabelSelector? Selector { get; set; }

    [Description("How pods that already run get their sidecar, and which pods get none.")]
    public AttachSpec Attach { get; set; } = new();

    [Description("How much memory each sidecar may use. One number; everything in memory is derived from it.")]
    public BudgetSpec Budget { get; set; } = new();

    [Description("What is kept where: hot is RAM, warm the local disk, cold a bucket.")]
    public TiersSpec Tiers { get; set; } = new();

    [Description("How values are made smaller.")]
    public CompressionSpec Compression { get; set; } = new();

    [Description("When a write is acknowledged, and how much a lost node can lose.")]
    public DurabilitySpec Durability { get; set; } = new();

    [Description("Encryption of private collections.")]
    public EncryptionSpec Encryption { get; set; } = new();

    [Description("What is set up for Dapr.")]
    public DaprSpec Dapr { get; set; } = new();

    [Description("What carries events.")]
    public EventsSpec Events { get; set; } = new();

    [Description("How searches are answered.")]
    public SearchSpec Search { get; set; } = new();

    [Length(0, 512)]
    [ValidationRule($"self == '' || self.matches('{Wording.Image}')", Wording.ImageReference)]
    [Description("Image of the sidecar. Empty: the one of the operator's own version.")]
    public string Image { get; set; } = "";
}
