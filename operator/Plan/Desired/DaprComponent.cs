using System.Text.Json.Nodes;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>
/// The state store and the message broker as Dapr's applications name them. Each pod's own daprd finds the sidecar beside it by its
/// socket.
/// </summary>
internal static class DaprComponent
{
    /// <summary>The state store.</summary>
    public static ObjectApply Store(Observed observed) =>
        Of(observed, observed.Cluster.Spec.Dapr.StoreNameFor(observed.Name), "state.thermocline");

    /// <summary>The message broker; null when none is wanted, or when it would take the store's name.</summary>
    public static ObjectApply? Broker(Observed observed)
    {
        DaprSpec dapr = observed.Cluster.Spec.Dapr;
        return dapr.PubsubName.Length == 0 || dapr.PubsubName == dapr.StoreNameFor(observed.Name)
            ? null
            : Of(observed, dapr.PubsubName, "pubsub.thermocline");
    }

    private static ObjectApply Of(Observed observed, string name, string type) => new(
        Resources.DaprComponents,
        observed.Key with { Name = name },
        new JsonObject
        {
            ["metadata"] = ChildMetadata.Of(observed),
            ["spec"] = new JsonObject
            {
                ["type"] = type,
                ["version"] = "v1",
                // Pods of the namespace that have no sidecar have no socket either, and must start all the same.
                ["ignoreErrors"] = true,
                ["metadata"] = new JsonArray(new JsonObject { ["name"] = "cluster", ["value"] = observed.Name }),
            },
        });
}
