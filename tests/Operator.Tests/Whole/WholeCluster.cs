using System.Globalization;
using System.Text.Json.Nodes;
using Thermocline.Operator.Tests.Charts;
using Thermocline.Testing;
using Thermocline.Testing.Cluster;
using Thermocline.Testing.Cluster.Pods;
using Thermocline.Testing.Processes;
using Thermocline.Testing.S3;
using Xunit;

namespace Thermocline.Operator.Tests.Whole;

/// <summary>
/// Everything at once: a real API server with the shipped chart on it, the shipped operator as a process under the rights the chart
/// gives it, a bucket, and a namespace whose pods' sidecars are real processes. Every kubectl command goes into the test's output.
/// </summary>
internal sealed class WholeCluster : IAsyncDisposable
{
    /// <summary>The namespace of the application.</summary>
    public const string Team = "team-a";

    private readonly InstalledChart _chart;
    private readonly S3Service _bucket;
    private readonly ITestOutputHelper _output;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly int _port = LoopbackPort.Free();

    private WholeCluster(InstalledChart chart, S3Service bucket, LocalNode node, ITestOutputHelper output)
    {
        _chart = chart;
        _bucket = bucket;
        _output = output;
        Node = node;
    }

    public LocalNode Node { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<WholeCluster> StartAsync(ITestOutputHelper output, string namespaces)
    {
        SidecarProgram program = SidecarProgram.Need();
        string bucket = Required.Found(S3Service.Program, S3Service.Missing);
        InstalledChart chart = await InstalledChart.InstallAsync(
            ["--set", "replicas=1", .. namespaces == "all" ? Array.Empty<string>() : ["--set", $"namespaces={{{namespaces}}}"]]);
        var whole = new WholeCluster(
            chart, S3Service.Start(S3Kind.Moto, bucket), LocalNode.Start(chart.Server, program, Team), output)
        {
            Namespaces = namespaces,
        };
        try
        {
            await whole.PrepareAsync();
            return whole;
        }
        catch
        {
            await whole.DisposeAsync();
            throw;
        }
    }

    public S3Endpoint Endpoint { get; private set; } = null!;

    private string Namespaces { get; init; } = "all";

    /// <summary>The operator as the chart runs it, under the rights of the chart.</summary>
    public async Task<OperatorProcess> RunOperatorAsync()
    {
        OperatorProcess process = OperatorProcess.Start(
            OperatorProcess.Built, "run", "--kubeconfig", await _chart.OperatorKubeconfigAsync(), "--operator-namespace", _chart.Namespace, "--image", "thermocline/sidecar:test",
            "--namespace", Namespaces, "--lease-name", InstalledChart.Release, "--health-address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0",
            "--webhook-address", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"), "--webhook-service", "thermocline-webhook",
            "--webhook-configuration", $"thermocline-webhook-{_chart.Namespace}-{InstalledChart.Release}");
        await UntilAsync(
            async () => (await process.GetAsync("health", "/healthz/ready", Cancellation)) == "ok\n", () => process.Log);
        return process;
    }

    /// <summary>An application without memory, once its pods run.</summary>
    public async Task DeployAsync(int pods)
    {
        await ApplyAsync(
            $$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: app}
            spec:
              replicas: {{{pods}}}
              selector: {matchLabels: {app: app}}
              template:
                metadata:
                  labels: {app: app, memory: agents}
                  annotations: {testcluster/node: manual}
                spec:
                  containers: [{name: app, image: "app:1"}]
            """);
        await BareAsync(pods, static () => "bare pods");
    }

    /// <summary>Waits until so many pods are attached and the cluster is ready; the pods, with the store each holds.</summary>
    public async Task<IReadOnlyList<(RunningPod Pod, string Store)>> ReadyAsync(int pods, OperatorProcess process)
    {
        await UntilAsync(
            async () => await FieldAsync(".status.attached") == $"{pods}" && (await AttachedAsync()).Count == pods
                && await FieldAsync(""".status.conditions[?(@.type=="Ready")].status""") == "True",
            () => process.Log);
        return await AttachedAsync();
    }

    /// <summary>Deletes the cluster, and waits until it is drained and pods without memory run instead of its own.</summary>
    public async Task DrainAsync(int pods, OperatorProcess process)
    {
        await KubectlAsync("delete", "mc", "agents", "--timeout=50s", "--wait=false");
        await UntilAsync(async () => (await FieldAsync(".metadata.name")).Length == 0, () => process.Log);
        await BareAsync(pods, () => process.Log);
        Assert.Contains("Drained", await KubectlAsync("get", "events", "-o", "custom-columns=REASON:.reason,NOTE:.message"), StringComparison.Ordinal);
    }

    /// <summary>As a user of the namespace types it; fails when kubectl does.</summary>
    public async Task<string> KubectlAsync(params string[] arguments) => await KubectlAsync("", arguments);

    public async Task<string> ApplyAsync(string yaml) => await KubectlAsync(yaml, ["apply", "-f", "-"]);

    /// <summary>One field of the cluster; it is asked for again and again, so not in the output.</summary>
    public async Task<string> FieldAsync(string path) => (await _chart.Server.KubectlAsync(
        ["-n", Team, "get", "mc", "agents", "-o", $"jsonpath={{{path}}}"], "", Cancellation)).Output.Trim();

    /// <summary>The attached pods that run, with the store each holds.</summary>
    public async Task<IReadOnlyList<(RunningPod Pod, string Store)>> AttachedAsync()
    {
        JsonNode pods = JsonNode.Parse((await _chart.Server.KubectlAsync(
            ["-n", Team, "get", "pods", "-l", "thermocline.dev/cluster=agents", "-o", "json"], "", Cancellation)).Output)!;
        return
        [
            .. from pod in pods["items"]!.AsArray()
               where pod!["metadata"]!["deletionTimestamp"] is null
               join running in Node.Pods on (string?)pod!["metadata"]!["uid"] equals running.Uid
               where running.Started
               select (running, (string)pod!["metadata"]!["annotations"]!["thermocline.dev/store"]!),
        ];
    }

    public async Task PutAsync(RunningPod pod, string key, string value)
    {
        using HttpResponseMessage answer = await _http.PutAsync(new Uri(pod.Data, $"/v1/kv/notes/{key}"), new StringContent(value), Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{pod.Name}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancellation)}");
    }

    public async Task<string> GetAsync(RunningPod pod, string key)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(pod.Data, $"/v1/kv/notes/{key}"), Cancellation);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(Cancellation) : $"{answer.StatusCode}";
    }

    /// <summary>Waits until it is so; fails with what is told of the state when it never is.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, Func<string> told)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!await isSo())
        {
            if (limit.IsCancellationRequested)
                Assert.Fail($"It did not come to be so. {Node.Trouble}\n{await StateAsync()}\n{told()}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        _http.Dispose();
        await _bucket.DisposeAsync();
        await _chart.DisposeAsync();
    }

    private Task BareAsync(int pods, Func<string> told) =>
        UntilAsync(() => Task.FromResult(Node.Pods.Count(static pod => pod is { Started: true, ProcessId: null }) == pods), told);

    private async Task PrepareAsync()
    {
        S3Endpoint? endpoint = await _bucket.ReadyAsync(Cancellation);
        Endpoint = Required.Found(endpoint, $"The bucket did not start:\n{_bucket.Log}");
        await DefineDaprAsync(_chart);
        await KubectlAsync(
            "create", "secret", "generic", "s3-credentials", $"--from-literal=accessKey={Endpoint.AccessKey}", $"--from-literal=secretKey={Endpoint.SecretKey}");
        // The Service has no endpoints here: this is where the API server of the tests finds what stands behind it.
        await _chart.KubectlAsync(
            "-n", _chart.Namespace, "annotate", "service", "thermocline-webhook",
            string.Create(CultureInfo.InvariantCulture, $"testcluster/address=127.0.0.1:{_port}"));
    }

    // As much of Dapr as an operator meets: its kinds.
    private static async Task DefineDaprAsync(InstalledChart chart)
    {
        foreach ((string plural, string kind) in ((string, string)[])[("components", "Component"), ("resiliencies", "Resiliency")])
        {
            string definition =
                $$$"""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: {{{plural}}}.dapr.io}
                spec:
                  group: dapr.io
                  names: {kind: {{{kind}}}, plural: {{{plural}}}}
                  scope: Namespaced
                  versions:
                  - name: v1alpha1
                    served: true
                    storage: true
                    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                """;
            KubectlAnswer answer = await chart.Server.KubectlAsync(["apply", "-f", "-"], definition, Cancellation);
            Assert.True(answer.Code == 0, answer.ToString());
            await chart.KubectlAsync("wait", "--for=condition=Established", $"crd/{plural}.dapr.io");
        }
    }

    private async Task<string> StateAsync()
    {
        KubectlAnswer state = await _chart.Server.KubectlAsync(["-n", Team, "get", "mc,pods,events", "-o", "wide"], "", CancellationToken.None);
        KubectlAnswer cluster = await _chart.Server.KubectlAsync(["-n", Team, "get", "mc", "-o", "yaml"], "", CancellationToken.None);
        return $"{state}\n{cluster.Output}\n{string.Join('\n', Node.Pods.Select(static pod => $"{pod.Name} {pod.Address} {pod.Started}\n{pod.Output}"))}";
    }

    /// <summary>The same with something to read from standard input.</summary>
    public async Task<string> KubectlAsync(string input, string[] arguments)
    {
        KubectlAnswer answer = await _chart.Server.KubectlAsync(["--namespace", Team, .. arguments], input, Cancellation);
        _output.WriteLine($"$ kubectl {string.Join(' ', arguments)}\n{answer.Output}{answer.Errors}");
        Assert.True(answer.Code == 0, $"kubectl {string.Join(' ', arguments)}: {answer}");
        return answer.Output.Trim();
    }
}
