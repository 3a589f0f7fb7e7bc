using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Testing;
using Thermocline.Testing.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Charts;

/// <summary>
/// A release of the shipped chart on an API server of its own, and the identity that the chart gives the operator: with it the operator
/// is run as it is shipped, with the rights it is shipped with.
/// </summary>
internal sealed class InstalledChart : IAsyncDisposable
{
    private static readonly ResourceType Reviews =
        new("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", Namespaced: false);

    private readonly TempFolder _folder = new();
    private readonly ClusterConnection _connection;
    private readonly ClusterClient _client;

    private InstalledChart(ApiServer server, string @namespace)
    {
        Server = server;
        Namespace = @namespace;
        _connection = Kubeconfig.Load(server.Kubeconfig, new KubeconfigOptions(), TimeProvider.System);
        _client = new ClusterClient(_connection, TimeProvider.System);
    }

    public ApiServer Server { get; }

    public string Namespace { get; }

    /// <summary>Name of the release, which begins with thermocline so that objects are called just that.</summary>
    public static string Release => "thermocline";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Installs the chart; skips the test where server, kubectl or helm are missing.</summary>
    public static async Task<InstalledChart> InstallAsync(params string[] more)
    {
        Chart.NeedHelm();
        Required.That(Kubectl.IsThere, Kubectl.Missing);
        (ApiServer? server, string missing) = await ApiServer.StartAsync(Cancellation);
        var chart = new InstalledChart(Required.Found(server, missing), $"thermocline-{Environment.ProcessId}");
        try
        {
            await chart.KubectlAsync("create", "namespace", "team-a");
            await chart.KubectlAsync("create", "namespace", "team-b");
            await chart.SucceedAsync("install", Release, Chart.Folder, "--namespace", chart.Namespace, "--create-namespace", more);
            return chart;
        }
        catch
        {
            await chart.DisposeAsync();
            throw;
        }
    }

    public Task<KubectlAnswer> HelmAsync(params string[] arguments) => Chart.HelmAsync(Server.Kubeconfig, arguments);

    public Task UpgradeAsync(params string[] more) => SucceedAsync("upgrade", Release, Chart.Folder, "--namespace", Namespace, "--reset-values", more);

    public async Task<string> KubectlAsync(params string[] arguments)
    {
        KubectlAnswer answer = await Server.KubectlAsync(arguments, "", Cancellation);
        Assert.True(answer.Code == 0, $"kubectl {string.Join(' ', arguments)}: {answer}");
        return answer.Output.Trim();
    }

    /// <summary>A kubeconfig whose user is the operator of the release, with the rights the chart gives it and no others.</summary>
    public async Task<string> OperatorKubeconfigAsync()
    {
        string token = await KubectlAsync("-n", Namespace, "create", "token", Release, "--duration=1h");
        var config = JsonNode.Parse(await KubectlAsync("config", "view", "--raw", "-o", "json"))!.AsObject();
        config["users"] = new JsonArray(new JsonObject { ["name"] = "operator", ["user"] = new JsonObject { ["token"] = token } });
        config["contexts"]![0]!["context"]!["user"] = "operator";
        string file = _folder.Combine("operator.yaml");
        await File.WriteAllTextAsync(file, config.ToJsonString(), Cancellation);
        return file;
    }

    /// <summary>Whether the operator may do something, as <c>kubectl auth can-i</c> asks it.</summary>
    public async Task<bool> MayAsync(string verb, string group, string resource, string? @namespace = null, string? name = null)
    {
        string[] parts = resource.Split('/');
        var attributes = new JsonObject
        {
            ["verb"] = verb,
            ["group"] = group,
            ["resource"] = parts[0],
            ["subresource"] = parts.Length > 1 ? parts[1] : "",
            ["namespace"] = @namespace ?? "",
            ["name"] = name ?? "",
        };
        var review = new AnyObject
        {
            ApiVersion = Reviews.ApiVersion,
            Kind = Reviews.Kind,
            Metadata = new ObjectMeta(),
            Fields = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["user"] = $"system:serviceaccount:{Namespace}:{Release}",
                    ["groups"] = new JsonArray("system:serviceaccounts", $"system:serviceaccounts:{Namespace}", "system:authenticated"),
                    ["resourceAttributes"] = attributes,
                },
            },
        };
        AnyObject answer = await _client.CreateAsync(Resources.Whole(Reviews), null, review, Cancellation);
        return answer.Fields?["status"]?["allowed"]?.GetValueKind() == JsonValueKind.True;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _connection.Dispose();
        _folder.Dispose();
        await Server.DisposeAsync();
    }

    private async Task SucceedAsync(string what, string release, string chart, string flag, string @namespace, string more, string[] others)
    {
        KubectlAnswer answer = await HelmAsync([what, release, chart, flag, @namespace, more, .. others]);
        Assert.True(answer.Code == 0, answer.ToString());
    }
}
