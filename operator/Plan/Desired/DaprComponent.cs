using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>The state store as Dapr's applications name it. Each pod's own daprd finds the sidecar beside it by its socket.</summary>
internal static class DaprComponent
{
    public static string NameOf(Observed observed) =>
        observed.Cluster.Spec.Dapr.StateStoreName is { Length: > 0 } chosen ? chosen : observed.Name;

    public static ObjectApply Of(Observed observed) => new(
        Resources.DaprComponents,
        observed.Key with { Name = NameOf(observed) },
        new JsonObject
        {
            ["metadata"] = ChildMetadata.Of(observed),
            ["spec"] = new JsonObject
            {
                ["type"] = "state.thermocline",
                ["version"] = "v1",
                // Pods of the namespace that have no sidecar have no socket either, and must start all the same.
                ["ignoreErrors"] = true,
                ["metadata"] = new JsonArray(new JsonObject { ["name"] = "cluster", ["value"] = observed.Name }),
            },
        });
}
