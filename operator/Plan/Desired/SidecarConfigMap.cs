using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>The sidecars' configuration, which the kubelet carries to pods that already run.</summary>
internal static class SidecarConfigMap
{
    public static ObjectApply Of(Observed observed, long revision) => new(
        Resources.ConfigMaps,
        observed.Key with { Name = Names.Child(observed.Name) },
        new JsonObject
        {
            ["metadata"] = ChildMetadata.Of(observed),
            ["data"] = new JsonObject { [Names.ConfigurationKey] = SidecarYaml.Of(observed.Cluster.Spec, revision) },
        });
}
