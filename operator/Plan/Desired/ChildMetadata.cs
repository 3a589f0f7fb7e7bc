using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Plan.Desired;

/// <summary>What all children have in common: whose they are, so that they are found and go with their cluster.</summary>
internal static class ChildMetadata
{
    public static JsonObject Of(Observed observed, JsonObject? annotations = null)
    {
        var metadata = new JsonObject
        {
            ["labels"] = new JsonObject
            {
                [Names.ClusterLabel] = observed.Name,
                ["app.kubernetes.io/managed-by"] = Names.FieldManager,
            },
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = MemoryCluster.GroupVersion,
                ["kind"] = MemoryCluster.KindName,
                ["name"] = observed.Name,
                ["uid"] = observed.Cluster.Metadata.Uid,
                ["controller"] = true,
            }),
        };
        if (annotations is not null)
            metadata["annotations"] = annotations;
        return metadata;
    }

    /// <summary>
    /// Whether the operator may write an object of a child's name: it belongs to this very cluster, or to nobody and carries the label.
    /// </summary>
    public static bool IsOurs(AnyObject there, Observed observed)
    {
        OwnerReference? controller = there.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true);
        return controller is not null
            ? controller.Uid == observed.Cluster.Metadata.Uid
            : there.Metadata.Labels?.GetValueOrDefault(Names.ClusterLabel) == observed.Name;
    }
}
