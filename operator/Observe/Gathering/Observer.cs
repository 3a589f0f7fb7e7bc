using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Selecting;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;

namespace Thermocline.Operator.Observe.Gathering;

/// <summary>Looks at everything a plan for one cluster needs. Reads only.</summary>
/// <param name="client">Asks the API server.</param>
/// <param name="index">All clusters.</param>
/// <param name="served">Which kinds there are.</param>
/// <param name="sidecars">Asks the sidecars of pods, with their token.</param>
internal sealed class Observer(
    ClusterClient client, ClusterIndex index, ServedLook served,
    Func<IReadOnlyList<PodView>, string, CancellationToken, Task<IReadOnlyList<SidecarReport>>> sidecars)
{
    private static readonly ResourceType[] Named = [Resources.ConfigMaps, Resources.Services, Resources.NetworkPolicies];

    /// <summary>Looks; null when the cluster is gone.</summary>
    public async Task<Observed?> ObserveAsync(EntityKey key, StepAnswers answers, CancellationToken cancellation)
    {
        if (await client.GetAsync(MemoryClusters.Resource, key, cancellation) is not { } cluster)
        {
            index.Remove(key);
            return null;
        }

        index.Put(cluster);
        ServedKinds kinds = await served.LookAsync(cancellation);
        IReadOnlyList<PodView> pods = await PodsAsync(cluster, key, cancellation);
        var observed = new Observed
        {
            Cluster = cluster,
            Children = await ChildrenAsync(cluster, key, kinds, cancellation),
            Revisions = await OwnedAsync(Resources.ControllerRevisions, key, cancellation),
            Pods = pods,
            Rivals = RivalsOf(pods, key),
            HasOtherPolicies = await HasOtherPoliciesAsync(pods, key, cancellation),
            Served = kinds,
            Answers = answers,
        };
        IReadOnlyList<PodView> asked = [.. pods.Where(pod => pod.IsAttachedTo(key.Name) && pod is { Ip.Length: > 0, IsOver: false })];
        if (asked.Count == 0)
            return observed;
        return observed with
        {
            Reports = observed.Token() is { } token
                ? await sidecars(asked, token, cancellation)
                : [.. asked.Select(pod => new SidecarReport(pod.Uid, null, "there is no token to ask it with"))],
        };
    }

    private async Task<IReadOnlyList<AnyObject>> ChildrenAsync(
        MemoryCluster cluster, EntityKey key, ServedKinds kinds, CancellationToken cancellation)
    {
        List<AnyObject> found = [];
        foreach (ResourceType type in Named)
            await AddAsync(type, Names.Child(key.Name));
        await AddAsync(Resources.Secrets, Names.TokenSecret(key.Name));

        // Those of Dapr bear names of the user's choice: whoever has the name now, and what was ours under another one.
        DaprSpec dapr = cluster.Spec.Dapr;
        if (kinds.DaprComponents)
            await AddDaprAsync(Resources.DaprComponents, dapr.StoreNameFor(key.Name), dapr.PubsubName);
        if (kinds.DaprResiliencies)
            await AddDaprAsync(Resources.DaprResiliencies, Names.Child(key.Name));
        return found;

        async Task AddAsync(ResourceType type, string name)
        {
            if (await client.GetAsync(Resources.Whole(type), key with { Name = name }, cancellation) is { } child)
                found.Add(Typed(type, child));
        }

        async Task AddDaprAsync(ResourceType type, params string[] names)
        {
            IReadOnlyList<AnyObject> ours = await OwnedAsync(type, key, cancellation);
            found.AddRange(ours);
            foreach (string name in names.Distinct().Where(name => name.Length > 0 && ours.All(child => child.Metadata.Name != name)))
                await AddAsync(type, name);
        }
    }

    private async Task<IReadOnlyList<AnyObject>> OwnedAsync(ResourceType type, EntityKey key, CancellationToken cancellation)
    {
        var scope = new ListScope { Namespace = key.Namespace, LabelSelector = $"{Names.ClusterLabel}={key.Name}" };
        ClusterList<AnyObject> list = await client.ListAsync(Resources.Whole(type), scope, cancellation);
        return [.. list.Items.Select(item => Typed(type, item))];
    }

    private async Task<IReadOnlyList<PodView>> PodsAsync(MemoryCluster cluster, EntityKey key, CancellationToken cancellation)
    {
        var labelled = new ListScope { Namespace = key.Namespace, LabelSelector = $"{Names.ClusterLabel}={key.Name}" };
        List<AnyObject> found = [.. (await client.ListAsync(Resources.Whole(Resources.Pods), labelled, cancellation)).Items];
        if (cluster.Spec.Selector is { } selector && SelectorText.Of(selector) is { Length: > 0 } text)
        {
            ListScope selected = labelled with { LabelSelector = text };
            found.AddRange((await client.ListAsync(Resources.Whole(Resources.Pods), selected, cancellation)).Items);
        }

        return [.. found.DistinctBy(pod => pod.Metadata.Uid).Select(PodReading.Of).OrderBy(pod => pod.Name, StringComparer.Ordinal)];
    }

    private Dictionary<string, IReadOnlyList<string>> RivalsOf(IReadOnlyList<PodView> pods, EntityKey key)
    {
        Dictionary<string, IReadOnlyList<string>> rivals = [];
        foreach (PodView pod in pods)
        {
            IEnumerable<MemoryCluster> others = index.Selecting(key.Namespace, pod.Labels)
                .Where(each => each.Metadata.Name != key.Name && each.Metadata.DeletionTimestamp is null && Selectors.Takes(each, pod.Labels));
            if (others.Select(each => each.Metadata.Name).ToList() is { Count: > 0 } names)
                rivals[pod.Name] = names;
        }

        return rivals;
    }

    private async Task<bool> HasOtherPoliciesAsync(IReadOnlyList<PodView> pods, EntityKey key, CancellationToken cancellation)
    {
        List<PodView> attached = [.. pods.Where(pod => pod.IsAttachedTo(key.Name))];
        if (attached.Count == 0)
            return false;
        ClusterList<AnyObject> policies = await client.ListAsync(
            Resources.Whole(Resources.NetworkPolicies), new ListScope { Namespace = key.Namespace }, cancellation);
        return policies.Items.Any(policy =>
            policy.Metadata.Labels?.GetValueOrDefault(Names.ClusterLabel) is null
            && IsForIngress(policy.Fields?["spec"]) && SelectorOf(policy) is var selector
            && attached.Exists(pod => selector is null || Selectors.Matches(selector, pod.Labels)));
    }

    // What names no direction is for what comes in.
    private static bool IsForIngress(JsonNode? spec) =>
        spec?["policyTypes"] is not JsonArray types || types.Any(type => (string?)type == "Ingress");

    // Null: all pods.
    private static LabelSelector? SelectorOf(AnyObject policy) =>
        policy.Fields?["spec"]?["podSelector"] is JsonObject { Count: > 0 } selector
            ? selector.Deserialize(MemoryClusterJson.Default.LabelSelector)
            : null;

    // Items of lists do not say what they are.
    private static AnyObject Typed(ResourceType type, AnyObject item) => item with { ApiVersion = type.ApiVersion, Kind = type.Kind };
}
