using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Contract.Reading;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan;
using Thermocline.Operator.Plan.Steps;
using Thermocline.Operator.Tests.Api;
using Xunit;

namespace Thermocline.Operator.Tests.Plan;

/// <summary>What an API server would make of a plan, as far as the next look at the same cluster sees it.</summary>
internal static class PlanWorld
{
    private const int RoundsMax = 8;

    /// <summary>Plans and carries out until nothing is left to be written.</summary>
    public static Observed Settle(Observed observed, DateTimeOffset now, PlanOptions options)
    {
        for (int round = 0; round < RoundsMax; round++)
        {
            var plan = ClusterPlan.Of(observed, now, options);
            if (plan.IsFinalized || !Writes(plan))
                return observed;
            observed = Carry(observed, plan);
        }

        Assert.Fail("The plans do not come to an end.");
        return observed;
    }

    /// <summary>Whether a plan writes objects; drains and evictions go on until the pods change.</summary>
    public static bool Writes(ClusterPlan plan) => !(plan with { Drains = [], Evictions = [] }).IsEmpty;

    public static Observed Carry(Observed observed, ClusterPlan plan)
    {
        MemoryCluster cluster = plan.Patch is null ? observed.Cluster : Patched(observed.Cluster, plan.Patch);
        List<AnyObject> children = [.. observed.Children];
        List<AnyObject> revisions = [.. observed.Revisions];
        foreach (ObjectApply each in plan.Applies)
            Put(each.Type == Resources.ControllerRevisions ? revisions : children, Whole(each.Type, each.Key, each.Fields));
        if (plan.Secret is { } secret)
        {
            var fields = (JsonObject)secret.Fields.DeepClone();
            fields["data"] = new JsonObject { [secret.Entry] = "c2VjcmV0" };
            Put(children, Whole(Resources.Secrets, secret.Key, fields));
        }

        foreach (ObjectDelete each in plan.Deletes)
        {
            children.RemoveAll(child => child.Metadata.Uid == each.Uid);
            revisions.RemoveAll(child => child.Metadata.Uid == each.Uid);
        }

        return observed with
        {
            Cluster = cluster with { Status = plan.Status ?? cluster.Status },
            Children = children,
            Revisions = revisions,
            Pods = [.. observed.Pods.Select(pod => Resized(pod, plan))],
        };
    }

    /// <summary>RFC 7396.</summary>
    public static JsonNode? Merged(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var merged = target is JsonObject before ? (JsonObject)before.DeepClone() : [];
        foreach ((string name, JsonNode? change) in changes)
        {
            if (change is null)
                merged.Remove(name);
            else
                merged[name] = Merged(merged[name], change);
        }

        return merged;
    }

    public static AnyObject Whole(ResourceType type, EntityKey key, JsonObject fields)
    {
        var whole = (JsonObject)fields.DeepClone();
        whole["apiVersion"] = type.ApiVersion;
        whole["kind"] = type.Kind;
        JsonNode metadata = whole["metadata"] ??= new JsonObject();
        metadata["name"] = key.Name;
        metadata["namespace"] = key.Namespace;
        metadata["uid"] ??= $"uid-{type.Kind}-{key.Name}";
        return whole.Deserialize(ClusterJson.Default.AnyObject)!;
    }

    private static MemoryCluster Patched(MemoryCluster cluster, JsonObject patch)
    {
        JsonNode merged = Merged(JsonSerializer.SerializeToNode(cluster, MemoryClusterJson.Default.MemoryCluster), patch)!;
        if (patch.ContainsKey("spec"))
            merged["metadata"]!["generation"] = (cluster.Metadata.Generation ?? 0) + 1;
        return ClusterFile.Parse(merged);
    }

    private static void Put(List<AnyObject> objects, AnyObject put)
    {
        objects.RemoveAll(each => each.Kind == put.Kind && each.Metadata.Name == put.Metadata.Name);
        objects.Add(put);
    }

    private static PodView Resized(PodView pod, ClusterPlan plan) =>
        plan.Resizes.FirstOrDefault(each => each.Uid == pod.Uid) is { } resize && Quantity.TryParse(resize.Limit, out long limit)
            ? pod with { MemoryLimit = limit, MemoryRequest = resize.Request is null ? pod.MemoryRequest : limit }
            : pod;
}
