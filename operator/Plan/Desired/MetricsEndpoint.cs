using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>A headless Service of the attached pods, by which metrics are found; also of those that are not ready, which matter most.</summary>
internal static class MetricsEndpoint
{
    public static ObjectApply Of(Observed observed) => new(
        Resources.Services,
        observed.Key with { Name = Names.Child(observed.Name) },
        new JsonObject
        {
            ["metadata"] = ChildMetadata.Of(observed),
            ["spec"] = new JsonObject
            {
                ["clusterIP"] = "None",
                ["publishNotReadyAddresses"] = true,
                ["selector"] = new JsonObject { [Names.ClusterLabel] = observed.Name },
                ["ports"] = new JsonArray(new JsonObject
                {
                    ["name"] = Names.AdminPortName,
                    ["port"] = Names.AdminPort,
                    ["protocol"] = "TCP",
                    ["targetPort"] = Names.AdminPortName,
                }),
            },
        });
}
