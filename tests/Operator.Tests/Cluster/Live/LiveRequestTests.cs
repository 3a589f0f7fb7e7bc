using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Live;

public sealed class LiveRequestTests(ApiServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Objects_are_created_read_changed_and_deleted()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "crud");
        ClusterClient client = space.Client;
        EntityKey key = space.Key("a");
        Assert.Null(await client.GetAsync(LiveSpace.ConfigMaps, key, Cancellation));
        AnyObject created = await client.CreateAsync(LiveSpace.ConfigMaps, space.Name, LiveSpace.ConfigMap("a"), Cancellation);
        Assert.NotNull(created.Metadata.Uid);
        ClusterException again = await Assert.ThrowsAsync<ClusterException>(
            () => client.CreateAsync(LiveSpace.ConfigMaps, space.Name, LiveSpace.ConfigMap("a"), Cancellation));
        Assert.Equal(ClusterFault.AlreadyExists, again.Fault);

        await client.PatchAsync(LiveSpace.ConfigMaps, key, LiveSpace.Value("2"), PatchOptions.Merge, Cancellation);
        Assert.Equal("2", Value(await client.GetAsync(LiveSpace.ConfigMaps, key, Cancellation)));
        JsonObject stale = LiveSpace.Value("3");
        stale["metadata"] = new JsonObject { ["resourceVersion"] = created.Metadata.ResourceVersion };
        ClusterException conflict = await Assert.ThrowsAsync<ClusterException>(
            () => client.PatchAsync(LiveSpace.ConfigMaps, key, stale, PatchOptions.Merge, Cancellation));
        Assert.Equal(ClusterFault.Conflict, conflict.Fault);

        ClusterException other = await Assert.ThrowsAsync<ClusterException>(() => client.DeleteAsync(
            Resources.ConfigMaps, key, new DeleteOptions { Uid = "00000000-0000-0000-0000-000000000000" }, Cancellation));
        Assert.Equal(ClusterFault.Conflict, other.Fault);
        Assert.True(await client.DeleteAsync(
            Resources.ConfigMaps, key, new DeleteOptions { Uid = created.Metadata.Uid }, Cancellation));
        Assert.False(await client.DeleteAsync(Resources.ConfigMaps, key, DeleteOptions.Default, Cancellation));
    }

    [Fact]
    public async Task Two_managers_of_one_field_conflict_until_one_insists()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "apply");
        var ours = new ApplyOptions { FieldManager = "ours" };
        EntityKey key = space.Key("a");
        AnyObject first = await space.Client.ApplyAsync(LiveSpace.ConfigMaps, key, LiveSpace.Value("1"), ours, Cancellation);
        AnyObject same = await space.Client.ApplyAsync(LiveSpace.ConfigMaps, key, LiveSpace.Value("1"), ours, Cancellation);
        Assert.Equal(first.Metadata.ResourceVersion, same.Metadata.ResourceVersion);
        ClusterException conflict = await Assert.ThrowsAsync<ClusterException>(() => space.Client.ApplyAsync(
            LiveSpace.ConfigMaps, key, LiveSpace.Value("2"), ours with { FieldManager = "theirs" }, Cancellation));
        Assert.Equal(ClusterFault.Conflict, conflict.Fault);
        FaultCause cause = Assert.Single(conflict.Causes);
        Assert.Equal(".data.value", cause.Field);
        Assert.Contains("ours", cause.Message, StringComparison.Ordinal);
        AnyObject taken = await space.Client.ApplyAsync(
            LiveSpace.ConfigMaps, key, LiveSpace.Value("2"), new ApplyOptions { FieldManager = "theirs", Force = true }, Cancellation);
        Assert.Equal("2", Value(taken));
        AnyObject tried = await space.Client.ApplyAsync(
            LiveSpace.ConfigMaps, key, LiveSpace.Value("3"), new ApplyOptions { Force = true, DryRun = true }, Cancellation);
        Assert.Equal("3", Value(tried));
        Assert.Equal("2", Value(await space.Client.GetAsync(LiveSpace.ConfigMaps, key, Cancellation)));
    }

    [Fact]
    public async Task Twelve_hundred_objects_come_in_pages_whole_or_as_metadata()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "pages");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 1_200),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation },
            async (i, stopping) => await space.Client.CreateAsync(
                LiveSpace.ConfigMaps, space.Name, LiveSpace.ConfigMap($"n{i:d4}", new string('x', 500), i % 2 == 0 ? "even" : "odd"), stopping));
        var scope = new ListScope { Namespace = space.Name, PageItems = 100, LabelSelector = "test" };
        long before = space.Client.Counts.Total;
        ClusterList<AnyObject> whole = await space.Client.ListAsync(LiveSpace.ConfigMaps, scope, Cancellation);
        Assert.Equal(12, space.Client.Counts.Total - before);
        Assert.Equal(Enumerable.Range(0, 1_200).Select(i => $"n{i:d4}"), whole.Items.Select(item => item.Metadata.Name));
        Assert.All(whole.Items, item => Assert.Equal(new string('x', 500), Value(item)));
        ClusterList<PartialObject> heads = await space.Client.ListAsync(
            Resources.MetadataOf(Resources.ConfigMaps), scope with { LabelSelector = "test=even" }, Cancellation);
        Assert.Equal(600, heads.Items.Count);
        ClusterList<AnyObject> one = await space.Client.ListAsync(
            LiveSpace.ConfigMaps, scope with { FieldSelector = "metadata.name=n0007" }, Cancellation);
        Assert.Equal("n0007", Assert.Single(one.Items).Metadata.Name);
    }

    [Fact]
    public async Task Only_metadata_is_sent_when_only_metadata_is_asked_for()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "heads");
        await space.Client.CreateAsync(LiveSpace.ConfigMaps, space.Name, LiveSpace.ConfigMap("a"), Cancellation);
        Resource<AnyObject> heads = LiveSpace.ConfigMaps with { IsMetadataOnly = true };
        AnyObject? head = await space.Client.GetAsync(heads, space.Key("a"), Cancellation);
        Assert.Equal(("PartialObjectMetadata", "a"), (head!.Kind, head.Metadata.Name));
        Assert.Null(head.Fields?["data"]);
    }

    [Fact]
    public async Task The_status_is_a_part_of_its_own()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "status");
        EntityKey key = await PodAsync(space, "manual");
        AnyObject applied = await space.Client.ApplyStatusAsync(
            LiveSpace.Pods,
            key,
            new JsonObject
            {
                ["spec"] = new JsonObject { ["activeDeadlineSeconds"] = 7 },
                ["status"] = new JsonObject { ["message"] = "said" },
            },
            ApplyOptions.Forced,
            Cancellation);
        Assert.Equal("said", (string?)applied.Fields!["status"]!["message"]);
        AnyObject? read = await space.Client.GetAsync(LiveSpace.Pods, key, Cancellation);
        Assert.Equal("said", (string?)read!.Fields!["status"]!["message"]);
        Assert.Null(read.Fields["spec"]!["activeDeadlineSeconds"]);
    }

    [Fact]
    public async Task A_budget_refuses_an_eviction_and_then_lets_it_pass()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "evict");
        EntityKey pod = await PodAsync(space, "manual");
        AnyObject? there = await space.Client.GetAsync(LiveSpace.Pods, pod, Cancellation);
        var budgets = new ResourceType("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget");
        await space.Client.ApplyAsync(
            Resources.Whole(budgets),
            space.Key("keep"),
            (JsonObject)JsonNode.Parse("""{"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"p"}}}}""")!,
            ApplyOptions.Default,
            Cancellation);
        var onlyThis = new DeleteOptions { Uid = there!.Metadata.Uid, GracePeriodSeconds = 0 };
        EvictionAnswer refused = await space.Client.EvictAsync(pod, onlyThis, Cancellation);
        Assert.Equal(EvictionOutcome.Refused, refused.Outcome);
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        Assert.Contains("disruption budget", refused.Reason, StringComparison.Ordinal);
        await space.Client.DeleteAsync(budgets, space.Key("keep"), DeleteOptions.Default, Cancellation);
        Assert.Equal(
            EvictionOutcome.Absent,
            (await space.Client.EvictAsync(pod, onlyThis with { Uid = "00000000-0000-0000-0000-000000000000" }, Cancellation)).Outcome);
        Assert.Equal(EvictionOutcome.Evicted, (await space.Client.EvictAsync(pod, onlyThis, Cancellation)).Outcome);
        Assert.Equal(EvictionOutcome.Absent, (await space.Client.EvictAsync(space.Key("none"), onlyThis, Cancellation)).Outcome);
    }

    [Fact]
    public async Task Events_stand_where_kubectl_shows_them()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "events");
        AnyObject about = await space.Client.CreateAsync(LiveSpace.ConfigMaps, space.Name, LiveSpace.ConfigMap("a"), Cancellation);
        var publisher = new EventPublisher(space.Client, "thermocline.dev/operator", "operator-0", TimeProvider.System);
        await publisher.PublishAsync(
            Resources.ConfigMaps, about.Metadata, new ClusterEvent("Tried", new string('ä', 2_000)) { IsWarning = true }, Cancellation);
        await publisher.PublishAsync(Resources.ConfigMaps, about.Metadata, new ClusterEvent("Done", "It is done."), Cancellation);
        string shown = await space.KubectlAsync("get", "events", "-o", "jsonpath={range .items[*]}{.type} {.reason} {.message}{\"\\n\"}{end}");
        string[] lines = shown.Split('\n');
        Assert.Contains("Normal Done It is done.", lines);
        string tried = Assert.Single(lines, line => line.StartsWith("Warning Tried ä", StringComparison.Ordinal));
        Assert.InRange(Encoding.UTF8.GetByteCount(tried["Warning Tried ".Length..]), 1_000, 1_024);
    }

    [Fact]
    public async Task The_server_says_which_kinds_it_serves()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "served");
        Assert.True(await space.Client.IsServedAsync(Resources.Pods, null, Cancellation));
        Assert.True(await space.Client.IsServedAsync(Resources.Pods, "eviction", Cancellation));
        Assert.False(await space.Client.IsServedAsync(Resources.Pods, "nothing", Cancellation));
        Assert.False(await space.Client.IsServedAsync(
            new ResourceType("nobody.test", "v1", "things", "Thing"), null, Cancellation));
    }

    private static string? Value(AnyObject? read) => (string?)read!.Fields!["data"]!["value"];

    private static async Task<EntityKey> PodAsync(LiveSpace space, string node)
    {
        // A pod needs the namespace's service account, which a controller makes a moment after the namespace.
        await space.Client.ApplyAsync(
            Resources.Whole(new ResourceType("", "v1", "serviceaccounts", "ServiceAccount")),
            space.Key("default"), [], ApplyOptions.Forced, Cancellation);
        EntityKey key = space.Key("p");
        await space.Client.ApplyAsync(
            LiveSpace.Pods,
            key,
            (JsonObject)JsonNode.Parse(
                $$$"""
                {"metadata":{"labels":{"app":"p"},"annotations":{"testcluster/node":"{{{node}}}"}},
                 "spec":{"containers":[{"name":"c","image":"none"}]} }
                """)!,
            ApplyOptions.Default,
            Cancellation);
        return key;
    }
}
