using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Observe.Gathering;
using Thermocline.Operator.Reconciling;
using Thermocline.Operator.Tests.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Reconciling;

/// <summary>
/// The webhook is played by the template of a stateful set that replaces pods only when they go: what it says of new pods is what
/// the webhook would have made of them.
/// </summary>
public sealed class AttachTests(ApiServers servers, DefinedServer defined) : IClassFixture<DefinedServer>
{
    private const int Pods = 3;
    private const int RoundsMax = 500;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pods_come_back_attached_one_at_a_time_and_bare_again_when_their_cluster_goes()
    {
        await using ClusterSpace space = await ClusterSpace.OpenAsync(servers, defined, "attach");
        await TemplateAsync(space, attached: false);
        await space.Space.KubectlAsync("wait", "statefulset/app", $"--for=jsonpath={{.status.readyReplicas}}={Pods}", "--timeout=60s");
        await space.ApplyAsync("spec: {selector: {matchLabels: {memory: agents}}, tiers: {cold: {s3: {bucket: memories}}}}", Names.Finalizer);
        await TemplateAsync(space, attached: true);
        ClusterRounds rounds = space.Operator(space.Space.Client);
        MemoryCluster cluster = (await space.GetAsync())!;

        await UntilAsync(space, true, () => rounds.RunAsync(space.Key, cluster.Metadata.Uid, Cancellation));
        await space.SettleAsync(rounds);
        Assert.Equal((Pods, "True"), ((await space.GetAsync())!.Status!.Attached, Ready((await space.GetAsync())!)));

        await TemplateAsync(space, attached: false);
        await space.Space.Client.DeleteAsync(Resources.MemoryClusters, space.Key, DeleteOptions.Default, Cancellation);
        DrainFinalizer finalizer = new(rounds);
        await UntilAsync(space, false, async () => Assert.True((await finalizer.FinalizeAsync((await space.GetAsync())!, Cancellation)).IsSuccess));
        ReconciliationResult<MemoryCluster> last = await finalizer.FinalizeAsync((await space.GetAsync())!, Cancellation);
        Assert.Null(last.RequeueAfter);
        Assert.True(space.Sidecars.DrainRequests >= 2);
    }

    // Rounds until all pods are as wanted. Never are two of them away.
    private static async Task UntilAsync(ClusterSpace space, bool attached, Func<Task> round)
    {
        for (int i = 0; i < RoundsMax; i++)
        {
            await round();
            space.Time.Advance(TimeSpan.FromSeconds(6));
            ClusterList<AnyObject> list = await space.Space.Client.ListAsync(
                Resources.Whole(Resources.Pods), new ListScope { Namespace = space.Space.Name }, Cancellation);
            List<PodView> there = [.. list.Items.Select(PodReading.Of).Where(pod => !pod.IsDeleting)];
            Assert.InRange(there.Count, Pods - 1, Pods);
            if (there.Count == Pods && there.TrueForAll(pod => pod.IsReady && pod.IsAttachedTo(ClusterSpace.Name) == attached))
                return;
        }

        Assert.Fail("The pods do not get there.");
    }

    private static string Ready(MemoryCluster cluster) => cluster.Status!.Conditions!.Single(each => each.Type == "Ready").Status;

    private static Task<AnyObject> TemplateAsync(ClusterSpace space, bool attached)
    {
        string labels = attached ? """{"memory":"agents","thermocline.dev/cluster":"agents"}""" : """{"memory":"agents"}""";
        string annotations = attached ? """{"thermocline.dev/injection":"1"}""" : "{}";
        string first = attached ? """[{"name":"thermocline","image":"none","restartPolicy":"Always"}]""" : "[]";
        string template =
            $$$"""{"metadata":{"labels":{{{labels}}},"annotations":{{{annotations}}}},"spec":{"initContainers":{{{first}}},"containers":[{"name":"c","image":"none"}]} }""";
        return space.Space.Client.ApplyAsync(
            Resources.Whole(new ResourceType("apps", "v1", "statefulsets", "StatefulSet")), space.Space.Key("app"),
            (JsonObject)JsonNode.Parse(
                $$$"""
                {"spec":{"serviceName":"app","replicas":{{{Pods}}},"podManagementPolicy":"Parallel","updateStrategy":{"type":"OnDelete"},
                 "selector":{"matchLabels":{"memory":"agents"}},"template":{{{template}}} } }
                """)!,
            ApplyOptions.Forced, Cancellation);
    }
}
