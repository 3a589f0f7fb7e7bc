using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Observed;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Reconciling;
using Thermocline.Operator.Tests.Cluster;
using Thermocline.Operator.Tests.Cluster.Live;
using Xunit;

namespace Thermocline.Operator.Tests.Reconciling;

public sealed class ReconcileTests(ApiServers servers, DefinedServer defined) : IClassFixture<DefinedServer>
{
    private const string First = "spec: {selector: {matchLabels: {memory: agents}}, tiers: {cold: {s3: {bucket: memories}}}}";
    private const string Second = "spec: {selector: {matchLabels: {memory: agents}}, tiers: {cold: {s3: {bucket: memories}}}, compression: {level: \"Off\"}}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_gets_its_children_and_its_status_and_nothing_is_written_twice()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "children");
        await space.RunAttachedAsync(2);
        await space.ApplyAsync(First);
        await space.SettleAsync(space.Operator(space.Space.Client));

        MemoryCluster cluster = (await space.GetAsync())!;
        MemoryClusterStatus status = cluster.Status!;
        Assert.Equal((1L, 2, 2, 2, "2Mi", "calm"), (status.Revision, status.Desired, status.Attached, status.UpToDate, status.Tiers!.Hot, status.Pressure));
        Assert.Equal("True", status.Conditions!.Single(each => each.Type == "Ready").Status);
        Assert.Equal(["word"], space.Sidecars.Tokens);
        foreach (ResourceType type in (ResourceType[])[Resources.ConfigMaps, Resources.Services, Resources.NetworkPolicies])
        {
            AnyObject? child = await space.Space.Client.GetAsync(Resources.Whole(type), space.Space.Key("agents-thermocline"), Cancellation);
            Assert.Equal(cluster.Metadata.Uid, Assert.Single(child!.Metadata.OwnerReferences!).Uid);
        }

        long writes = Writes(space.Space.Client);
        ClusterRounds rounds = space.Operator(space.Space.Client);
        await space.SettleAsync(rounds);
        Assert.Equal(writes, Writes(space.Space.Client));
        long requests = space.Space.Client.Counts.Total;
        await rounds.RunAsync(space.Key, cluster.Metadata.Uid, Cancellation);
        // The cluster, four children, revisions, policies, pods by selector and by label; the played sidecars ask one thing more.
        Assert.Equal(10, space.Space.Client.Counts.Total - requests);
        Assert.Contains("Normal Accepted The spec is revision 1 now.", await EventsAsync(space), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_restores_the_spec_and_the_sidecars_follow()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "rollback");
        await space.RunAttachedAsync(1);
        ClusterRounds rounds = space.Operator(space.Space.Client);
        await space.ApplyAsync(First);
        await space.SettleAsync(rounds);
        await space.ApplyAsync(Second);
        await space.SettleAsync(rounds);
        Assert.Equal((2L, "Off"), ((await space.GetAsync())!.Status!.Revision, (await space.GetAsync())!.Spec.Compression.Level));

        await space.Space.KubectlAsync("annotate", "mc", ClusterSpace.Name, "thermocline.dev/rollback-to=1");
        await space.SettleAsync(rounds);
        MemoryCluster back = (await space.GetAsync())!;
        Assert.Equal(("Balanced", 3L, 1), (back.Spec.Compression.Level, back.Status!.Revision, back.Status.UpToDate));
        Assert.False(back.Metadata.Annotations?.ContainsKey(Names.RollbackAnnotation) ?? false);
        Assert.Contains("Normal RolledBack Rolled back to revision 1", await EventsAsync(space), StringComparison.Ordinal);

        await space.AnnotateAsync(Names.RollbackAnnotation, "99");
        await space.SettleAsync(rounds);
        Assert.Contains("Warning UnknownRevision There is no revision '99' to roll back to. There are 3, 2.", await EventsAsync(space), StringComparison.Ordinal);
        Assert.Equal(back.Metadata.Generation, (await space.GetAsync())!.Metadata.Generation);
    }

    [Fact]
    public async Task What_somebody_did_to_a_child_is_put_right()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "drift");
        await space.ApplyAsync(First);
        ClusterRounds rounds = space.Operator(space.Space.Client);
        await space.SettleAsync(rounds);
        string before = await space.StateAsync();
        await space.Space.Client.PatchAsync(
            LiveSpace.ConfigMaps, space.Space.Key("agents-thermocline"),
            new JsonObject { ["data"] = new JsonObject { [Names.ConfigurationKey] = "broken" } }, PatchOptions.Merge, Cancellation);
        await space.Space.Client.DeleteAsync(Resources.Services, space.Space.Key("agents-thermocline"), DeleteOptions.Default, Cancellation);
        Assert.NotEqual(before, await space.StateAsync());
        await space.SettleAsync(rounds);
        Assert.Equal(before, await space.StateAsync());
    }

    [Fact]
    public async Task Somebody_elses_object_is_never_overwritten()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "taken");
        await space.Space.Client.CreateAsync(LiveSpace.ConfigMaps, space.Space.Name, LiveSpace.ConfigMap("agents-thermocline", "mine"), Cancellation);
        await space.ApplyAsync(First);
        await space.SettleAsync(space.Operator(space.Space.Client));
        AnyObject? there = await space.Space.Client.GetAsync(LiveSpace.ConfigMaps, space.Space.Key("agents-thermocline"), Cancellation);
        Assert.Equal("""{"value":"mine"}""", there!.Fields!["data"]!.ToJsonString());
        Assert.Equal("NameTaken", (await space.GetAsync())!.Status!.Conditions!.Single(each => each.Type == "Stalled").Reason);
    }

    [Fact]
    public async Task A_paused_cluster_gets_a_status_and_nothing_else()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "paused");
        await space.ApplyAsync(First);
        await space.AnnotateAsync(MemoryCluster.PausedAnnotation, "true");
        await space.SettleAsync(space.Operator(space.Space.Client));
        Assert.Equal("Paused", (await space.GetAsync())!.Status!.Conditions!.Single(each => each.Type == "Reconciling").Reason);
        Assert.DoesNotContain("\"kind\"", (await space.StateAsync()).Replace("\"kind\": \"MemoryCluster\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disruption_budget_is_asked_before_a_pod_goes()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "evict");
        await space.Space.KubectlAsync("create", "deployment", "app", "--image=none", "--replicas=2");
        await space.Space.KubectlAsync("rollout", "status", "deployment/app", "--timeout=60s");
        await space.Space.KubectlAsync("create", "poddisruptionbudget", "keep", "--selector=app=app", "--min-available=2");
        await space.ApplyAsync("spec: {selector: {matchLabels: {app: app}}}");
        ClusterRounds rounds = space.Operator(space.Space.Client);
        string before = await PodsAsync(space);
        for (int round = 0; round < 4; round++)
            await rounds.RunAsync(space.Key, (await space.GetAsync())!.Metadata.Uid, Cancellation);
        Assert.Equal(before, await PodsAsync(space));
        IReadOnlyList<MissingSidecar> missing = (await space.GetAsync())!.Status!.Missing!;
        Assert.Equal(2, missing.Count);
        Assert.All(missing, each => Assert.Equal("EvictionRefused", each.Reason));

        await space.Space.KubectlAsync("delete", "poddisruptionbudget", "keep");
        space.Time.Advance(TimeSpan.FromMinutes(1));
        await rounds.RunAsync(space.Key, (await space.GetAsync())!.Metadata.Uid, Cancellation);
        string[] after = (await PodsAsync(space)).Split(' ');
        Assert.Single(before.Split(' '), uid => !after.Contains(uid));
        Assert.Contains("It comes back with a sidecar.", await EventsAsync(space), StringComparison.Ordinal);
    }

    private static async Task<string> PodsAsync(ClusterSpace space)
    {
        ClusterList<PartialObject> pods = await space.Space.Client.ListAsync(
            Resources.MetadataOf(Resources.Pods), new ListScope { Namespace = space.Space.Name, LabelSelector = "app=app" }, Cancellation);
        return string.Join(' ', pods.Items.Where(pod => !pod.Metadata.IsDeleting).Select(pod => pod.Metadata.Uid).Order(StringComparer.Ordinal));
    }

    private static Task<string> EventsAsync(ClusterSpace space) => space.Space.KubectlAsync(
        "get", "events", "-o", "jsonpath={range .items[*]}{.type} {.reason} {.message}{\"\\n\"}{end}");

    private static long Writes(ClusterClient client) =>
        client.Counts.Snapshot().Where(each => each.Key.Method != "GET").Sum(each => each.Value);
}
