using System.Text.Json.Nodes;
using Thermocline.Operator.Tests.Api;
using Thermocline.Testing.Cluster.Pods;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.Operator.Tests.Whole;

/// <summary>The way of a user from an application without memory to one with it, and back, and there again.</summary>
public sealed class WholeWayTests(ITestOutputHelper output)
{
    private const int Pods = 2;
    private const int Records = 50;

    [Theory]
    [InlineData("all")]
    [InlineData(WholeCluster.Team)]
    public async Task Running_pods_are_attached_configured_rolled_back_drained_and_find_their_data_again(string namespaces)
    {
        await using WholeCluster cluster = await WholeCluster.StartAsync(output, namespaces);
        await cluster.DeployAsync(Pods);
        string[] bare = [.. cluster.Node.Pods.Select(static pod => pod.Uid)];

        await using OperatorProcess first = await cluster.RunOperatorAsync();
        await cluster.ApplyAsync(Cluster(cluster));
        IReadOnlyList<(RunningPod Pod, string Store)> attached = await cluster.ReadyAsync(Pods, first);
        Assert.Equal(["0", "1"], attached.Select(static each => each.Store).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(attached, each => bare.Contains(each.Pod.Uid));
        foreach ((RunningPod pod, string store) in attached)
        {
            for (int i = 0; i < Records; i++)
                await cluster.PutAsync(pod, $"{i}", $"record {i} of store {store}");
        }

        await cluster.UntilAsync(async () => await cluster.FieldAsync(".status.tiers.hotBytes") is { Length: > 0 } bytes && bytes != "0", () => first.Log);
        await cluster.KubectlAsync("get", "mc");

        Assert.Equal("state.thermocline", await cluster.KubectlAsync("get", "components.dapr.io", "agents", "-o", "jsonpath={.spec.type}"));
        await cluster.KubectlAsync("get", "resiliencies.dapr.io,configmaps,services,networkpolicies,controllerrevisions");

        // What was filled in and found is no difference to whoever compares: kubectl, or a GitOps controller by three-way merge.
        Assert.Contains("unchanged", await cluster.ApplyAsync(Cluster(cluster)), StringComparison.Ordinal);
        Assert.Equal("", await cluster.KubectlAsync(Cluster(cluster), ["diff", "-f", "-"]));
        AssertWithin(YamlJson.Of(Cluster(cluster)), JsonNode.Parse(await cluster.KubectlAsync("get", "mc", "agents", "-o", "json"))!, "");

        // A change is taken without a restart, by whoever leads.
        int?[] processes = [.. attached.Select(static each => each.Pod.ProcessId)];
        await cluster.KubectlAsync("patch", "mc", "agents", "--type=merge", "-p", """{"spec":{"compression":{"level":"Max"}}}""");
        await cluster.UntilAsync(async () => await RevisionAsync(cluster) == "2 2", () => first.Log);
        await using OperatorProcess second = await HandOverAsync(cluster, first);
        await cluster.KubectlAsync("annotate", "mc", "agents", "thermocline.dev/rollback-to=1");
        await cluster.UntilAsync(async () => await RevisionAsync(cluster) == "3 2", () => second.Log);
        Assert.Equal("Balanced", await cluster.FieldAsync(".spec.compression.level"));
        Assert.Contains("Rolled back to revision 1", await cluster.KubectlAsync("get", "events"), StringComparison.Ordinal);
        Assert.Equal(processes, (await cluster.AttachedAsync()).Select(static each => each.Pod.ProcessId));

        await cluster.DrainAsync(Pods, second);

        // The same bucket: what was there before is there again.
        await cluster.ApplyAsync(Cluster(cluster));
        foreach ((RunningPod pod, string store) in await cluster.ReadyAsync(Pods, second))
        {
            for (int i = 0; i < Records; i++)
                Assert.Equal($"record {i} of store {store}", await cluster.GetAsync(pod, $"{i}"));
        }

        Assert.DoesNotContain("code=\"403\"", await second.GetAsync("metrics", "/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string Cluster(WholeCluster cluster) =>
        $$$"""
        apiVersion: thermocline.dev/v1alpha1
        kind: MemoryCluster
        metadata: {name: agents}
        spec:
          selector: {matchLabels: {memory: agents}}
          budget: {limit: 256Mi}
          tiers:
            warm: {size: 1Gi}
            cold:
              s3:
                bucket: {{{cluster.Endpoint.Bucket}}}
                region: {{{cluster.Endpoint.Region}}}
                endpoint: "{{{cluster.Endpoint.Address}}}"
                credentialsSecretName: s3-credentials
          durability: {shipIntervalSeconds: 1}
        """;

    // What is declared is what is there: a controller that compares by three-way merge finds nothing to change.
    private static void AssertWithin(JsonNode? declared, JsonNode? live, string path)
    {
        if (declared is JsonObject fields)
        {
            foreach ((string name, JsonNode? value) in fields)
                AssertWithin(value, live?[name], $"{path}.{name}");
        }
        else
        {
            Assert.True(JsonNode.DeepEquals(declared, live), $"{path}: {declared?.ToJsonString()} became {live?.ToJsonString()}");
        }
    }

    private static async Task<string> RevisionAsync(WholeCluster cluster) =>
        $"{await cluster.FieldAsync(".status.revision")} {await cluster.FieldAsync(".status.upToDate")}";

    // Two operators: the one that leads is stopped, the other goes on where it was.
    private static async Task<OperatorProcess> HandOverAsync(WholeCluster cluster, OperatorProcess first)
    {
        Assert.Equal(0, await first.StopAsync());
        return await cluster.RunOperatorAsync();
    }
}
