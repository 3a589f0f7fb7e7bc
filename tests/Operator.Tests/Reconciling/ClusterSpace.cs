using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Apply;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Observe.Gathering;
using Thermocline.Operator.Plan;
using Thermocline.Operator.Reconciling;
using Thermocline.Operator.Tests.Api;
using Thermocline.Operator.Tests.Cluster;
using Thermocline.Operator.Tests.Cluster.Live;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Reconciling;

/// <summary>A namespace with one MemoryCluster, sidecars that are played, and as many operators one after another as a test wants.</summary>
internal sealed class ClusterSpace : IAsyncDisposable
{
    public const string Name = "agents";

    private const int RoundsMax = 20;

    private static readonly string[] Volatile = ["uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink"];

    private bool _isView;
    private TimeProvider? _clock;

    private ClusterSpace(LiveSpace space)
    {
        Space = space;
        Sidecars = new FakeSidecars(space, Name);
    }

    public LiveSpace Space { get; }

    public FakeSidecars Sidecars { get; }

    public ManualTime Time { get; } = new();

    public PlanOptions Options { get; init; } = new();

    /// <summary>Spreads the rounds; in the middle they come when they were planned.</summary>
    public Func<double> Chance { get; set; } = static () => 0.5;

    public EntityKey Key => Space.Key(Name);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ClusterSpace> OpenAsync(ApiServers servers, DefinedServer defined, string about)
    {
        await defined.UseAsync();
        var space = new ClusterSpace(await LiveSpace.OpenAsync(servers, about));
        // Pods need the namespace's service account, which a controller makes a moment after the namespace.
        await space.Space.Client.ApplyAsync(
            Resources.Whole(new ResourceType("", "v1", "serviceaccounts", "ServiceAccount")),
            space.Space.Key("default"), [], ApplyOptions.Forced, Cancellation);
        return space;
    }

    /// <summary>A new operator, which knows nothing of earlier ones.</summary>
    public ClusterRounds Operator(ClusterClient client) => new(
        new Observer(client, Index, new ServedLook(client, TimeSpan.FromMinutes(1), _clock ?? Time), Sidecars.ReportAsync),
        new Applier(
            client, new EventPublisher(client, "thermocline.dev/operator", "operator-0", TimeProvider.System), Sidecars.DrainAsync,
            static () => "word", _clock ?? Time),
        Options, () => Chance(), _clock ?? Time);

    public ClusterIndex Index { get; } = new();

    /// <summary>The same place under other options and the clock of the machine; disposed with this one.</summary>
    public ClusterSpace With(PlanOptions options) => new(Space) { Options = options, _clock = TimeProvider.System, _isView = true };

    /// <summary>What a user applies.</summary>
    public async Task<MemoryCluster> ApplyAsync(string yaml, params string[] finalizers)
    {
        var whole = (JsonObject)YamlJson.Of(yaml);
        if (finalizers.Length > 0)
            whole["metadata"] = new JsonObject { ["finalizers"] = new JsonArray([.. finalizers.Select(each => (JsonNode)each)]) };
        return await Space.Client.ApplyAsync(
            MemoryClusters.Resource, Key, whole, new ApplyOptions { FieldManager = "user", Force = true }, Cancellation);
    }

    public Task AnnotateAsync(string name, string? value) => Space.Client.PatchAsync(
        MemoryClusters.Resource, Key,
        new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } },
        PatchOptions.Merge, Cancellation);

    public Task<MemoryCluster?> GetAsync() => Space.Client.GetAsync(MemoryClusters.Resource, Key, Cancellation);

    /// <summary>Rounds until one writes nothing.</summary>
    public async Task SettleAsync(ClusterRounds rounds)
    {
        for (int round = 0; round < RoundsMax; round++)
        {
            MemoryCluster? cluster = await GetAsync();
            if (await rounds.RunAsync(Key, cluster?.Metadata.Uid, Cancellation) is not { IsEmpty: false, IsFinalized: false })
                return;
        }

        Assert.Fail("The rounds do not come to an end.");
    }

    /// <summary>Runs pods that were created with the sidecar of the cluster already.</summary>
    public async Task RunAttachedAsync(int count)
    {
        await Space.Client.ApplyAsync(
            Resources.Whole(new ResourceType("apps", "v1", "statefulsets", "StatefulSet")), Space.Key("app"),
            (JsonObject)JsonNode.Parse(
                $$$$$"""
                {"spec":{"serviceName":"app","replicas":{{{{{count}}}}},"podManagementPolicy":"Parallel","selector":{"matchLabels":{"memory":"agents"}},
                 "template":{"metadata":{"labels":{"memory":"agents","thermocline.dev/cluster":"agents"},"annotations":{"thermocline.dev/injection":"1"}},
                  "spec":{"initContainers":[{"name":"thermocline","image":"none","restartPolicy":"Always","resources":{"limits":{"memory":"512Mi"}}}],
                   "containers":[{"name":"c","image":"none"}]} } } }
                """)!,
            ApplyOptions.Default, Cancellation);
        await Space.KubectlAsync("rollout", "status", "statefulset/app", "--timeout=60s");
    }

    /// <summary>Everything of the cluster but what is another at every run. Events are left out: a killed operator may leave none.</summary>
    public async Task<string> StateAsync()
    {
        var state = new JsonArray();
        if (await GetAsync() is { } cluster)
            state.Add(Plain(JsonSerializer.SerializeToNode(cluster, MemoryClusterJson.Default.MemoryCluster)!));
        ResourceType[] types =
            [Resources.ConfigMaps, Resources.Secrets, Resources.Services, Resources.NetworkPolicies, Resources.ControllerRevisions];
        foreach (ResourceType type in types)
        {
            var scope = new ListScope { Namespace = Space.Name, LabelSelector = $"{Names.ClusterLabel}={Name}" };
            foreach (AnyObject item in (await Space.Client.ListAsync(Resources.Whole(type), scope, Cancellation)).Items)
                state.Add(Plain(JsonSerializer.SerializeToNode(item, ClusterJson.Default.AnyObject)!));
        }

        return state.ToJsonString(new JsonSerializerOptions { WriteIndented = true }).Replace(Space.Name, "NAMESPACE", StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _isView ? ValueTask.CompletedTask : Space.DisposeAsync();

    private static JsonNode Plain(JsonNode node)
    {
        if (node is JsonArray items)
        {
            foreach (JsonNode? item in items)
                _ = item is null ? null : Plain(item);
        }

        if (node is not JsonObject fields)
            return node;
        foreach (string name in Volatile)
            fields.Remove(name);
        foreach ((_, JsonNode? value) in fields.ToList())
            _ = value is null ? null : Plain(value);
        return node;
    }
}
