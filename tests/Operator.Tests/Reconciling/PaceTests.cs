using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Observed;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Reconciling;
using Thermocline.Operator.Tests.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Reconciling;

public sealed class PaceTests(ApiServers servers, DefinedServer defined) : IClassFixture<DefinedServer>
{
    private const string Spec = "spec: {selector: {matchLabels: {memory: agents}}}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Figures_that_always_change_do_not_bring_about_the_next_round_at_once()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "pace");
        await space.RunAttachedAsync(1);
        long bytes = 0;
        space.Sidecars.HotBytes = () => bytes += 1 << 20;
        ClusterRounds rounds = space.Operator(space.Space.Client);
        MemoryClusterController controller = new(rounds, space.Index);
        await space.ApplyAsync(Spec);
        for (int round = 0; round < 4; round++)
        {
            await controller.ReconcileAsync((await space.GetAsync())!, Cancellation);
            space.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await controller.ReconcileAsync((await space.GetAsync())!, Cancellation);
        MemoryCluster echoed = (await space.GetAsync())!;
        long asked = bytes;
        ReconciliationResult<MemoryCluster> rested = await controller.ReconcileAsync(echoed, Cancellation);
        Assert.Equal((asked, true), (bytes, rested.RequeueAfter > TimeSpan.FromSeconds(20)));

        rounds.Touch(space.Key);
        await controller.ReconcileAsync(echoed, Cancellation);
        Assert.True(bytes > asked, "A pod's change waits for no timer.");
        asked = bytes;
        await space.AnnotateAsync("other", "changed");
        await controller.ReconcileAsync((await space.GetAsync())!, Cancellation);
        Assert.True(bytes > asked, "A change of the cluster waits for no timer.");
        asked = bytes;
        MemoryCluster again = (await space.GetAsync())!;
        space.Time.Advance(TimeSpan.FromSeconds(61));
        await controller.ReconcileAsync(again, Cancellation);
        Assert.True(bytes > asked, "The timer's own round is not put off.");
    }

    [Fact]
    public async Task Clusters_that_were_looked_at_together_come_again_apart()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "spread");
        ClusterRounds rounds = space.Operator(space.Space.Client);
        await space.ApplyAsync(Spec);
        await space.SettleAsync(rounds);
        string? uid = (await space.GetAsync())!.Metadata.Uid;
        TimeSpan planned = space.Options.BareInterval;
        space.Chance = static () => 0;
        TimeSpan? early = (await rounds.RunAsync(space.Key, uid, Cancellation))!.RequeueAfter;
        space.Chance = static () => 1;
        TimeSpan? late = (await rounds.RunAsync(space.Key, uid, Cancellation))!.RequeueAfter;
        Assert.InRange(early!.Value, planned / 2, planned * 0.95);
        Assert.InRange(late!.Value, planned * 1.05, planned * 1.5);
    }

    [Fact]
    public async Task A_change_that_makes_sidecars_refuse_writes_is_taken_back_once()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "takenback");
        await space.RunAttachedAsync(2);
        space.Time.Advance(TimeProvider.System.GetUtcNow() - space.Time.GetUtcNow());
        space.Sidecars.PressureUnder = static revision => revision == "2" ? "refusing" : "calm";
        ClusterRounds rounds = space.Operator(space.Space.Client);
        await space.ApplyAsync(Spec);
        await space.SettleAsync(rounds);
        await space.ApplyAsync(Spec.Replace("spec: {", "spec: {budget: {limit: 16Mi}, ", StringComparison.Ordinal));
        await space.SettleAsync(rounds);
        Assert.Equal(("16Mi", "refusing"), ((await space.GetAsync())!.Spec.Budget.Limit, (await space.GetAsync())!.Status!.Pressure));

        space.Time.Advance(TimeSpan.FromMinutes(1));
        await space.SettleAsync(rounds);
        MemoryCluster back = (await space.GetAsync())!;
        Assert.Equal(("512Mi", 3L, "calm"), (back.Spec.Budget.Limit, back.Status!.Revision, back.Status.Pressure));
        string events = await space.Space.KubectlAsync("get", "events", "-o", "jsonpath={.items[*].message}");
        Assert.Contains("Rolled back to revision 1: 2 of 2 sidecars", events, StringComparison.Ordinal);

        // Whoever asks for it a second time gets it, and keeps it.
        space.Sidecars.PressureUnder = static revision => revision == "4" ? "refusing" : "calm";
        await space.ApplyAsync(Spec.Replace("spec: {", "spec: {budget: {limit: 16Mi}, ", StringComparison.Ordinal));
        await space.SettleAsync(rounds);
        space.Time.Advance(TimeSpan.FromMinutes(1));
        await space.SettleAsync(rounds);
        Assert.Equal("16Mi", (await space.GetAsync())!.Spec.Budget.Limit);
    }

    [Fact]
    public async Task A_pod_that_two_clusters_select_is_left_alone_by_both()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "twice");
        await space.Space.KubectlAsync("create", "deployment", "app", "--image=none");
        await space.Space.KubectlAsync("rollout", "status", "deployment/app", "--timeout=60s");
        await space.ApplyAsync("spec: {selector: {matchLabels: {app: app}}}");
        EntityKey other = space.Space.Key("others");
        await space.Space.Client.ApplyAsync(
            MemoryClusters.Resource, other,
            (JsonObject)JsonNode.Parse("""{"spec":{"selector":{"matchExpressions":[{"key":"app","operator":"Exists"}]}}}""")!,
            new ApplyOptions { FieldManager = "user" }, Cancellation);
        foreach (MemoryCluster each in (await space.Space.Client.ListAsync(
            MemoryClusters.Resource, new ListScope { Namespace = space.Space.Name }, Cancellation)).Items)
            space.Index.Put(each);
        ClusterRounds rounds = space.Operator(space.Space.Client);
        string before = await space.Space.KubectlAsync("get", "pods", "-o", "jsonpath={.items[*].metadata.uid}");
        foreach (EntityKey key in (EntityKey[])[space.Key, other])
        {
            MemoryCluster cluster = (await space.Space.Client.GetAsync(MemoryClusters.Resource, key, Cancellation))!;
            await rounds.RunAsync(key, cluster.Metadata.Uid, Cancellation);
            cluster = (await space.Space.Client.GetAsync(MemoryClusters.Resource, key, Cancellation))!;
            MissingSidecar missing = Assert.Single(cluster.Status!.Missing!);
            Assert.Equal("SelectedTwice", missing.Reason);
        }

        Assert.Equal(before, await space.Space.KubectlAsync("get", "pods", "-o", "jsonpath={.items[*].metadata.uid}"));
    }

    [Fact]
    public async Task Beside_a_policy_of_somebody_else_stands_none_of_ours()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "policies");
        await space.RunAttachedAsync(1);
        ClusterRounds rounds = space.Operator(space.Space.Client);
        await space.ApplyAsync(Spec);
        await space.SettleAsync(rounds);
        Resource<AnyObject> policies = Resources.Whole(Resources.NetworkPolicies);
        Assert.NotNull(await space.Space.Client.GetAsync(policies, space.Space.Key("agents-thermocline"), Cancellation));
        await space.Space.Client.ApplyAsync(
            policies, space.Space.Key("strict"),
            (JsonObject)JsonNode.Parse("""{"spec":{"podSelector":{"matchLabels":{"memory":"agents"}},"policyTypes":["Ingress"]}}""")!,
            ApplyOptions.Default, Cancellation);
        await space.SettleAsync(rounds);
        Assert.Null(await space.Space.Client.GetAsync(policies, space.Space.Key("agents-thermocline"), Cancellation));
        await space.Space.Client.DeleteAsync(Resources.NetworkPolicies, space.Space.Key("strict"), DeleteOptions.Default, Cancellation);
        await space.SettleAsync(rounds);
        Assert.NotNull(await space.Space.Client.GetAsync(policies, space.Space.Key("agents-thermocline"), Cancellation));
    }
}
