using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Revisions;
using Thermocline.Operator.Plan.Steps;
using Xunit;

namespace Thermocline.Operator.Tests.Plan;

public sealed class HistoryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_revision_that_an_older_operator_wrote_is_renumbered_with_the_data_it_has()
    {
        MemoryCluster cluster = Cluster(new MemoryClusterSpec());
        JsonObject stored = SpecText.Json(cluster.Spec);
        stored.Remove("search");
        stored["unknown"] = 1;
        Observed observed = new() { Cluster = cluster, Revisions = [Revision("old", 1, stored), Revision("new", 2, Other())] };
        History history = History.Of(observed);
        SpecRevision accepted = history.Accept(observed, [], Now);
        Assert.Equal(("old", 3L), (accepted.Name, accepted.Number));
        ObjectApply apply = accepted.ToApply(observed);
        Assert.Equal(stored.ToJsonString(), apply.Fields["data"]!["spec"]!.ToJsonString());
    }

    [Fact]
    public void What_an_older_operator_wrote_of_the_spec_in_force_is_no_new_revision()
    {
        MemoryCluster cluster = Cluster(new MemoryClusterSpec());
        JsonObject stored = SpecText.Json(cluster.Spec);
        stored.Remove("search");
        Observed observed = new() { Cluster = cluster, Revisions = [Revision("old", 4, stored)] };
        History history = History.Of(observed);
        Assert.Same(history.Newest, history.Accept(observed, [], Now));
    }

    [Fact]
    public void Revisions_of_another_cluster_or_of_no_known_shape_are_left_out()
    {
        AnyObject foreign = Revision("foreign", 9, Other());
        foreign = foreign with { Metadata = foreign.Metadata with { OwnerReferences = [Owner("uid-earlier")] } };
        Observed observed = new()
        {
            Cluster = Cluster(new MemoryClusterSpec()),
            Revisions = [foreign, Revision("strange", 8, new JsonObject { ["budget"] = "much" }), Revision("fine", 1, Other())],
        };
        Assert.Equal(["fine"], History.Of(observed).Revisions.Select(each => each.Name));
    }

    private static JsonObject Other() => SpecText.Json(new MemoryClusterSpec { Image = "another" });

    private static MemoryCluster Cluster(MemoryClusterSpec spec) =>
        new() { Metadata = new Operator.Api.ObjectMeta { Name = "agents", Namespace = "team", Uid = "uid-agents" }, Spec = spec };

    private static OwnerReference Owner(string uid) =>
        new() { ApiVersion = MemoryCluster.GroupVersion, Kind = MemoryCluster.KindName, Name = "agents", Uid = uid, Controller = true };

    private static AnyObject Revision(string name, long number, JsonObject spec)
    {
        AnyObject whole = PlanWorld.Whole(
            Resources.ControllerRevisions, new EntityKey("team", name),
            new JsonObject { ["revision"] = number, ["data"] = new JsonObject { ["spec"] = spec.DeepClone() } });
        return whole with { Metadata = whole.Metadata with { OwnerReferences = [Owner("uid-agents")] } };
    }
}
