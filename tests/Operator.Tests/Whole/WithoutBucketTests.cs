using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Thermocline.Testing.Cluster.Pods;
using Thermocline.Testing.Dapr.State;
using Thermocline.Testing.Processes;
using Thermocline.Testing.Redis;
using Xunit;

namespace Thermocline.Operator.Tests.Whole;

/// <summary>A cluster whose cold store lies behind another Dapr and whose events lie in Redis: what is declared is what sidecars do.</summary>
public sealed class WithoutBucketTests(ITestOutputHelper output)
{
    private const int Records = 30;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pod_drains_into_a_state_store_and_comes_back_with_its_data_while_its_events_go_to_Redis()
    {
        await using RedisServer redis = await RedisServer.NeedAsync(
            Cancellation, "--user", "agents", "on", ">pass-word", "~*", "&*", "+@all", "--user", "default", "off");
        using var dapr = new StateStandIn { Token = "let-me-in" };
        await using WholeCluster cluster = await WholeCluster.StartAsync(output, "all");
        await cluster.KubectlAsync("create", "secret", "generic", "dapr-token", "--from-literal=token=let-me-in");
        await cluster.KubectlAsync("create", "secret", "generic", "redis-password", "--from-literal=password=pass-word");
        await cluster.DeployAsync(1);
        await using OperatorProcess process = await cluster.RunOperatorAsync();
        await cluster.ApplyAsync(Cluster(dapr, (IPEndPoint)redis.Tcp));
        RunningPod pod = (await cluster.ReadyAsync(1, process)).Single().Pod;
        for (int i = 0; i < Records; i++)
            await cluster.PutAsync(pod, $"{i}", $"record {i}");
        JsonElement status = await StatusAsync(cluster, pod);
        Assert.Equal("redis", status.GetProperty("events").GetProperty("engine").GetString());
        await cluster.UntilAsync(
            async () => (await StatusAsync(cluster, pod)).GetProperty("events").GetProperty("available").GetBoolean(), () => pod.Output);
        Assert.StartsWith("dapr://archive/agents/team-a/agents/0/", status.GetProperty("cold").GetProperty("name").GetString(), StringComparison.Ordinal);

        await cluster.DrainAsync(1, process);

        // Another operator does not remember that the number of the store was given minutes ago.
        Assert.Equal(0, await process.StopAsync());
        await using OperatorProcess second = await cluster.RunOperatorAsync();
        await cluster.ApplyAsync(Cluster(dapr, (IPEndPoint)redis.Tcp));
        RunningPod again = (await cluster.ReadyAsync(1, second)).Single().Pod;
        Assert.NotEqual(pod.Uid, again.Uid);
        for (int i = 0; i < Records; i++)
            Assert.Equal($"record {i}", await cluster.GetAsync(again, $"{i}"));
        foreach (string secret in (string[])["let-me-in", "pass-word"])
            Assert.DoesNotContain(secret, again.Output + pod.Output + process.Log + second.Log, StringComparison.Ordinal);
    }

    // Everything here lives on one machine. The loopback's address as a number stands for one that is not the pod's own.
    private static string Cluster(StateStandIn dapr, IPEndPoint redis) =>
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
              dapr: {stateStore: archive, endpoint: "http://2130706433:{{{dapr.Address.Port}}}", prefix: agents/, apiTokenSecretName: dapr-token}
          durability: {shipIntervalSeconds: 1}
          events:
            engine: Redis
            redis: {server: "{{{redis}}}", user: agents, passwordSecretName: redis-password}
        """;

    private static async Task<JsonElement> StatusAsync(WholeCluster cluster, RunningPod pod)
    {
        string token = Encoding.UTF8.GetString(Convert.FromBase64String(
            await cluster.KubectlAsync("get", "secret", "agents-thermocline-admin", "-o", "jsonpath={.data.token}")));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{pod.Address}:7071/v1/status"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage answer = await http.SendAsync(request, Cancellation);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;
    }
}
