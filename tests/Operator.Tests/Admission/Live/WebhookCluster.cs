using System.Net;
using System.Net.Security;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Thermocline.Operator.Admission;
using Thermocline.Operator.Admission.Reviewing;
using Thermocline.Operator.Api;
using Thermocline.Operator.Certificates;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Tests.Admission.Injecting;
using Thermocline.Operator.Tests.Api;
using Thermocline.Operator.Tests.Cluster.Live;
using Thermocline.Testing;
using Thermocline.Testing.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Admission.Live;

/// <summary>
/// An API server of its own that asks a webhook of this process: its configurations hold for every namespace, so it is not shared with
/// other tests. A cluster that somebody named is left alone: it could not reach us.
/// </summary>
public sealed class WebhookCluster : IAsyncLifetime
{
    internal const string Space = "memory";
    internal const string OperatorSpace = "thermocline-system";

    internal static readonly Resource<AnyObject> Pods = Resources.Whole(Resources.Pods);

    private ApiServer? _server;
    private ClusterConnection? _connection;
    private ClusterClient? _client;
    private string _missing = "";

    internal ApiServer Server => _server!;

    internal ClusterClient Client => _client!;

    /// <summary>What the webhook knows.</summary>
    internal List<MemoryCluster> Clusters { get; } = [];

    internal List<string> Held { get; } = [];

    internal Webhook Webhook { get; private set; } = null!;

    internal SslStreamCertificateContext? Certificate { get; set; }

    internal static CertificateOptions Options { get; } = new() { Namespace = OperatorSpace, Service = "thermocline-webhook" };

    internal static InjectionSettings Settings { get; } = new(OperatorSpace, InjectionCase.Image);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable(ApiServer.Variable) is { Length: > 0 })
        {
            _missing = "A named cluster cannot ask a webhook of this process.";
            return;
        }

        (_server, _missing) = Kubectl.IsThere ? await ApiServer.StartAsync(CancellationToken.None) : (null, Kubectl.Missing);
        if (_server is null)
            return;
        _connection = Kubeconfig.Load(_server.Kubeconfig, new KubeconfigOptions(), TimeProvider.System);
        _client = new ClusterClient(_connection, TimeProvider.System);
        Clusters.Add(ClusterFile.Parse(
            $"metadata: {{name: agents, namespace: {Space}}}\nspec: {{selector: {{matchLabels: {{memory: agents}}}}}}\n"));
        Webhook = new Webhook(
            new WebhookSources(_ => Clusters, _ => [.. Held]), Settings, TimeProvider.System, NullLogger.Instance);
        foreach (string space in new[] { Space, OperatorSpace })
        {
            await ApplyAsync(Resources.Namespaces, "", space, "{}");
            await ApplyAsync(new ResourceType("", "v1", "serviceaccounts", "ServiceAccount"), space, "default", "{}");
        }
    }

    /// <summary>Skips the test where there is no server; in CI it fails.</summary>
    internal void Need() => Required.That(_server is not null, _missing);

    /// <summary>Starts the endpoints, where the Service leads from now on.</summary>
    internal async Task<WebhookServer> ServeAsync()
    {
        var options = new WebhookOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) };
        WebhookServer server = await WebhookServer.StartAsync(Webhook, options, () => Certificate, TimeProvider.System, Cancellation);
        await ApplyAsync(
            Resources.Services, OperatorSpace, Options.Service,
            $$$"""
            {"metadata": {"annotations": {"testcluster/address": "{{{server.Address}}}"}},
             "spec": {"ports": [{"port": 443, "targetPort": 9443}]} }
            """);
        return server;
    }

    /// <summary>The configurations, as the chart has them: without a bundle.</summary>
    internal async Task ConfigureAsync(Action<JsonObject>? change = null)
    {
        var place = new WebhookPlace(OperatorSpace, Options.Service);
        foreach (JsonObject configuration in new[] { WebhookObjects.Mutating(place), WebhookObjects.Validating(place) })
        {
            change?.Invoke(configuration);
            KubectlAnswer applied = await Server.KubectlAsync(["apply", "-f", "-"], configuration.ToJsonString(), Cancellation);
            Assert.True(applied.Code == 0, applied.ToString());
        }
    }

    /// <summary>A keeper whose clock is that far from ours.</summary>
    internal CertificateKeeper Keeper(TimeSpan away = default, List<ClusterEvent>? told = null)
    {
        var events = new EventPublisher(Client, "thermocline.dev/operator", "operator-0", TimeProvider.System);
        return new CertificateKeeper(
            Client,
            Options,
            new ManualTime(TimeProvider.System.GetUtcNow() + away),
            (secret, said, cancellation) =>
            {
                told?.Add(said);
                return events.PublishAsync(Resources.Secrets, secret, said, cancellation);
            },
            NullLogger.Instance);
    }

    /// <summary>A keeper whose requests go through a door that can be shut.</summary>
    internal CertificateKeeper Keeper(Door door, TimeProvider time)
    {
        door.InnerHandler = _connection!.CreateHandler();
        var client = new ClusterClient(_connection, door, TimeProvider.System, new ClientOptions { RetriesMax = 0 });
        return new CertificateKeeper(client, Options, time, (_, _, _) => Task.CompletedTask, NullLogger.Instance);
    }

    internal Task<bool> ForgetAsync() =>
        Client.DeleteAsync(Resources.Secrets, new EntityKey(OperatorSpace, Options.Secret), DeleteOptions.Default, Cancellation);

    internal Task<AnyObject> PodAsync(string name, string more = "", string labels = "\"memory\": \"agents\"", bool dryRun = false) =>
        Client.ApplyAsync(
            Pods,
            new EntityKey(Space, name),
            (JsonObject)JsonNode.Parse(
                $$$"""
                {"metadata": {"labels": { {{{labels}}} }, "annotations": {"testcluster/node": "manual"}},
                 "spec": { {{{more}}} "containers": [{"name": "app", "image": "app:1"}]} }
                """)!,
            ApplyOptions.Forced with { DryRun = dryRun },
            Cancellation);

    internal static bool HasSidecar(AnyObject pod) =>
        (string?)pod.Fields!["spec"]!["initContainers"]?[0]?["name"] == Names.Container;

    /// <summary>
    /// Asks until a pod would get a sidecar: a configuration that was just written takes effect a moment later. Each round is a request,
    /// so it waits for the server and for nothing else.
    /// </summary>
    internal async Task AssertInjectedSoonAsync()
    {
        for (int round = 0; round < 500; round++)
        {
            if (HasSidecar(await PodAsync("tried", dryRun: true)))
                return;
        }

        Assert.Fail("No pod gets a sidecar.");
    }

    internal Task<AnyObject> ApplyAsync(ResourceType type, string space, string name, string fields) => Client.ApplyAsync(
        Resources.Whole(type), new EntityKey(space, name), (JsonObject)JsonNode.Parse(fields)!, ApplyOptions.Forced, Cancellation);

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _connection?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
