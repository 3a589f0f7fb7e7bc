using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Plan;
using Thermocline.Operator.Plan.Conditions;

namespace Thermocline.Operator.Tests.Plan;

/// <summary>A plan as JSON that people can read: only what is in it.</summary>
internal static class PlanText
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of(ClusterPlan plan)
    {
        var shown = new JsonObject();
        if (plan.Patch is not null)
            shown["patch"] = plan.Patch.DeepClone();
        Add(shown, "apply", plan.Applies.Select(each => new JsonObject
        {
            ["object"] = $"{each.Type.Kind} {each.Key}",
            ["fields"] = each.Fields.DeepClone(),
        }));
        if (plan.Secret is not null)
            shown["secret"] = $"{plan.Secret.Key} {plan.Secret.Entry}";
        Add(shown, "delete", plan.Deletes.Select(each => (JsonNode)$"{each.Type.Kind} {each.Key} {each.Uid}"));
        Add(shown, "resize", plan.Resizes.Select(each => (JsonNode)$"{each.Pod} at {each.SidecarAt} limit {each.Limit} request {each.Request ?? "as it is"}"));
        Add(shown, "drain", plan.Drains.Select(each => (JsonNode)each.Name));
        Add(shown, "evict", plan.Evictions.Select(each => (JsonNode)$"{each.Pod}: {each.Why}"));
        if (plan.Status is not null)
            shown["status"] = StatusOf.Json(plan.Status);
        Add(shown, "events", plan.Events.Select(each => (JsonNode)$"{(each.IsWarning ? "Warning" : "Normal")} {each.Reason}: {each.Note}"));
        if (plan.IsFinalized)
            shown["finalized"] = true;
        shown["again"] = plan.RequeueAfter?.ToString();
        return shown.ToJsonString(Readable) + "\n";
    }

    private static void Add(JsonObject shown, string name, IEnumerable<JsonNode> items)
    {
        JsonArray all = [.. items];
        if (all.Count > 0)
            shown[name] = all;
    }
}
