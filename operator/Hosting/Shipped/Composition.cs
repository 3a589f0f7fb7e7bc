using Thermocline.Operator.Plan;

namespace Thermocline.Operator.Hosting.Shipped;

/// <summary>What the shipped operator consists of.</summary>
internal static class Composition
{
    /// <summary>Its parts: whoever leads looks after clusters, all of them answer webhooks.</summary>
    public static OperatorParts Of(OperatorSurroundings around) =>
        ClusterPart.Of(around, new PlanOptions { OperatorNamespace = around.OwnNamespace }).With(WebhookPart.Of(around));
}
