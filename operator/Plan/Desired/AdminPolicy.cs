using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>
/// Who may reach the sidecars' admin port: the operator's namespace, and those that are labelled for metrics. A pod that any policy
/// selects is closed to what no policy allows, so this one has to allow all other ports; and since policies add up, it must not stand
/// beside one that means to close some of them.
/// </summary>
internal static class AdminPolicy
{
    public static ObjectApply Of(Observed observed, string operatorNamespace) => new(
        Resources.NetworkPolicies,
        observed.Key with { Name = Names.Child(observed.Name) },
        new JsonObject
        {
            ["metadata"] = ChildMetadata.Of(observed),
            ["spec"] = new JsonObject
            {
                ["podSelector"] = Labels(Names.ClusterLabel, observed.Name),
                ["policyTypes"] = new JsonArray("Ingress"),
                ["ingress"] = new JsonArray(
                    new JsonObject
                    {
                        ["from"] = new JsonArray(
                            new JsonObject { ["namespaceSelector"] = Labels("kubernetes.io/metadata.name", operatorNamespace) },
                            new JsonObject { ["namespaceSelector"] = Labels(Names.MetricsLabel, "true") }),
                        ["ports"] = new JsonArray(Ports("TCP", Names.AdminPort, Names.AdminPort)),
                    },
                    new JsonObject
                    {
                        ["ports"] = new JsonArray(
                            Ports("TCP", 1, Names.AdminPort - 1),
                            Ports("TCP", Names.AdminPort + 1, 65_535),
                            Ports("UDP", 1, 65_535),
                            Ports("SCTP", 1, 65_535)),
                    }),
            },
        });

    private static JsonObject Labels(string name, string value) => new() { ["matchLabels"] = new JsonObject { [name] = value } };

    private static JsonObject Ports(string protocol, int from, int to)
    {
        var ports = new JsonObject { ["protocol"] = protocol, ["port"] = from };
        if (to > from)
            ports["endPort"] = to;
        return ports;
    }
}
