using System.Globalization;
using System.Text.Json.Nodes;

namespace Thermocline.Testing.Scale;

/// <summary>
/// The objects an operator is given: namespaces, clusters, and pods that are objects alone. The first cluster has a namespace of its
/// own, so that requests about it can be told from all others.
/// </summary>
internal sealed class ScaleObjects(AdminClient client, ScaleOptions options)
{
    public const string Definition = "thermocline.dev_memoryclusters.yaml";
    public const string OperatorNamespace = "thermocline-system";

    /// <summary>All clusters.</summary>
    public const string AllClusters = "/apis/thermocline.dev/v1alpha1/memoryclusters";

    private const int AtOnce = 8;
    private const string Limit = "512Mi";

    /// <summary>What the pods are, for whoever reads the figures.</summary>
    public const string About =
        "pods are objects without processes and without a controller, so none is evicted; every second one is attached, is Ready, and has an "
        + "address that refuses connections, so that its sidecar is asked in vain";

    /// <summary>The cluster that is changed.</summary>
    public static string First => $"/apis/thermocline.dev/v1alpha1/namespaces/{NamespaceOf(0)}/memoryclusters/{NameOf(0)}";

    /// <summary>How every path about the first cluster goes on after the server.</summary>
    public static string FirstNamespace => $"/namespaces/{NamespaceOf(0)}";

    public async Task CreateAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        await DefineAsync(cancellation);
        await EachAsync(options.Namespaces + 1, CreateNamespaceAsync, cancellation);
        await EachAsync(options.Clusters, CreateClusterAsync, cancellation);
        progress.Report($"{options.Clusters} clusters are there");
        await EachAsync(options.Clusters * options.PodsEach, (at, token) => CreatePodAsync(at / options.PodsEach, at % options.PodsEach, token), cancellation);
        progress.Report($"{options.Clusters * options.PodsEach} pods are there");
    }

    /// <summary>One pod of the first cluster more, without sidecar.</summary>
    public Task CreateFurtherPodAsync(CancellationToken cancellation) =>
        client.CreateAsync($"/api/v1{FirstNamespace}/pods", Pod(0, "further", isAttached: false, 0), cancellation);

    public Task DeleteFurtherPodAsync(CancellationToken cancellation) =>
        client.DeleteAsync($"/api/v1{FirstNamespace}/pods/further", cancellation);

    private async Task DefineAsync(CancellationToken cancellation)
    {
        string root = RepositoryRoot.Find() ?? throw new InvalidOperationException("There is no crds/ above the program.");
        const string path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/memoryclusters.thermocline.dev";
        await client.ApplyAsync(path, await File.ReadAllTextAsync(Path.Combine(root, "crds", Definition), cancellation), cancellation);
        while (await client.GetAsync(AllClusters, cancellation) is null)
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
    }

    private static Task EachAsync(int count, Func<int, CancellationToken, Task> create, CancellationToken cancellation) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
        async (at, token) => await create(at, token));

    private Task CreateNamespaceAsync(int at, CancellationToken cancellation) => client.CreateAsync(
        "/api/v1/namespaces",
        new JsonObject { ["metadata"] = new JsonObject { ["name"] = at == options.Namespaces ? OperatorNamespace : $"scale-{at}" } }, cancellation);

    private Task CreateClusterAsync(int at, CancellationToken cancellation) => client.CreateAsync(
        $"/apis/thermocline.dev/v1alpha1/namespaces/{NamespaceIn(at)}/memoryclusters",
        new JsonObject
        {
            ["apiVersion"] = "thermocline.dev/v1alpha1",
            ["kind"] = "MemoryCluster",
            ["metadata"] = new JsonObject { ["name"] = NameOf(at) },
            ["spec"] = new JsonObject
            {
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["memory"] = NameOf(at) } },
                ["budget"] = new JsonObject { ["limit"] = Limit },
            },
        },
        cancellation);

    private async Task CreatePodAsync(int cluster, int at, CancellationToken cancellation)
    {
        string path = $"/api/v1/namespaces/{NamespaceIn(cluster)}/pods";
        string name = string.Create(CultureInfo.InvariantCulture, $"{NameOf(cluster)}-{at}");
        bool isAttached = at % 2 == 0;
        await client.CreateAsync(path, Pod(cluster, name, isAttached, at / 2), cancellation);
        await client.MergeAsync($"{path}/{name}/status", Status(cluster, at, isAttached), cancellation);
    }

    private static JsonObject Pod(int cluster, string name, bool isAttached, int store)
    {
        var labels = new JsonObject { ["memory"] = NameOf(cluster) };
        var annotations = new JsonObject();
        var spec = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app" }) };
        if (isAttached)
        {
            labels["thermocline.dev/cluster"] = NameOf(cluster);
            annotations["thermocline.dev/injection"] = "0000000000000000";
            annotations["thermocline.dev/store"] = store.ToString(CultureInfo.InvariantCulture);
            spec["initContainers"] = new JsonArray(new JsonObject
            {
                ["name"] = "thermocline",
                ["image"] = "thermocline",
                ["restartPolicy"] = "Always",
                ["resources"] = new JsonObject
                {
                    ["requests"] = new JsonObject { ["memory"] = Limit },
                    ["limits"] = new JsonObject { ["memory"] = Limit },
                },
            });
        }

        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels, ["annotations"] = annotations },
            ["spec"] = spec,
        };
    }

    // Addresses of the loopback network, each its own: nobody listens there, and says so at once.
    private static JsonObject Status(int cluster, int at, bool isAttached) => new()
    {
        ["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["podIP"] = string.Create(CultureInfo.InvariantCulture, $"127.{100 + (cluster / 200)}.{cluster % 200}.{1 + (at % 250)}"),
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
            ["initContainerStatuses"] = !isAttached ? null : new JsonArray(new JsonObject
            {
                ["name"] = "thermocline",
                ["ready"] = true,
                ["image"] = "thermocline",
                ["imageID"] = "",
                ["restartCount"] = 0,
            }),
        },
    };

    private static string NameOf(int cluster) => string.Create(CultureInfo.InvariantCulture, $"agents-{cluster}");

    private static string NamespaceOf(int at) => string.Create(CultureInfo.InvariantCulture, $"scale-{at}");

    private string NamespaceIn(int cluster) =>
        NamespaceOf(cluster == 0 || options.Namespaces == 1 ? 0 : 1 + (cluster % (options.Namespaces - 1)));
}
