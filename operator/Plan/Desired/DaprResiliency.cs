using System.Globalization;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>What Dapr does while a sidecar restarts: it gives up a call after a while and repeats it, with growing pauses.</summary>
internal static class DaprResiliency
{
    private const string Policy = "thermocline";

    public static ObjectApply Of(Observed observed)
    {
        ResiliencySpec resiliency = observed.Cluster.Spec.Dapr.Resiliency;
        return new ObjectApply(
            Resources.DaprResiliencies,
            observed.Key with { Name = Names.Child(observed.Name) },
            new JsonObject
            {
                ["metadata"] = ChildMetadata.Of(observed),
                ["spec"] = new JsonObject
                {
                    ["policies"] = new JsonObject
                    {
                        ["timeouts"] = new JsonObject
                        {
                            [Policy] = string.Create(CultureInfo.InvariantCulture, $"{resiliency.TimeoutSeconds}s"),
                        },
                        ["retries"] = new JsonObject
                        {
                            [Policy] = new JsonObject
                            {
                                ["policy"] = "exponential",
                                ["maxInterval"] = "5s",
                                ["maxRetries"] = resiliency.MaxRetries,
                            },
                        },
                    },
                    ["targets"] = new JsonObject { ["components"] = Components(observed) },
                },
            });
    }

    private static JsonObject Components(Observed observed) => new(
        new[] { DaprComponent.Store(observed), DaprComponent.Broker(observed) }.OfType<ObjectApply>().Select(static component =>
            KeyValuePair.Create<string, JsonNode?>(component.Key.Name, new JsonObject
            {
                ["outbound"] = new JsonObject { ["timeout"] = Policy, ["retry"] = Policy },
            })));
}
