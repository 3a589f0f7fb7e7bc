using Thermocline.Operator.Admission;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Watching;
using Xunit;

namespace Thermocline.Operator.Tests.Admission;

public sealed class WebhookViewTests
{
    private readonly WebhookView _view = new(scopes: 1);

    [Fact]
    public void Nothing_is_answered_before_both_watches_told_everything()
    {
        _view.Take(new WatchEvent<MemoryCluster>(WatchEventKind.Synced, default, null));
        Assert.Null(_view.Sources.Clusters("memory"));
        _view.Take(new WatchEvent<PartialObject>(WatchEventKind.Synced, default, null));
        Assert.Empty(_view.Sources.Clusters("memory")!);
    }

    [Fact]
    public void Clusters_are_found_by_their_namespace_as_they_were_last_told()
    {
        Nothing_is_answered_before_both_watches_told_everything();
        Tell(WatchEventKind.Added, "memory", "agents", generation: 1);
        Tell(WatchEventKind.Added, "other", "agents", generation: 7);
        Tell(WatchEventKind.Modified, "memory", "agents", generation: 2);
        Assert.Equal(2, Assert.Single(_view.Sources.Clusters("memory")!).Metadata.Generation);
        Tell(WatchEventKind.Deleted, "memory", "agents", generation: 2);
        Assert.Empty(_view.Sources.Clusters("memory")!);
        Assert.Single(_view.Sources.Clusters("other")!);
    }

    [Fact]
    public void Stores_are_held_by_the_cluster_that_a_pod_names_now()
    {
        MemoryCluster one = Cluster("memory", "one", 1), two = Cluster("memory", "two", 1);
        Tell(WatchEventKind.Added, "a", "one", "0");
        Tell(WatchEventKind.Added, "b", "one", "1");
        Assert.Equal(["0", "1"], _view.Sources.StoresHeld(one).Order(StringComparer.Ordinal));
        Tell(WatchEventKind.Modified, "b", "two", "0");
        Assert.Equal(["0"], _view.Sources.StoresHeld(one));
        Assert.Equal(["0"], _view.Sources.StoresHeld(two));
        Tell(WatchEventKind.Deleted, "a", "one", "0");
        Assert.Empty(_view.Sources.StoresHeld(one));
    }

    private static MemoryCluster Cluster(string @namespace, string name, long generation) =>
        new() { Metadata = new Operator.Api.ObjectMeta { Namespace = @namespace, Name = name, Generation = generation } };

    private void Tell(WatchEventKind kind, string @namespace, string name, long generation) =>
        _view.Take(new WatchEvent<MemoryCluster>(kind, new EntityKey(@namespace, name), Cluster(@namespace, name, generation)));

    private void Tell(WatchEventKind kind, string pod, string cluster, string store) => _view.Take(new WatchEvent<PartialObject>(
        kind, new EntityKey("memory", pod), new PartialObject
        {
            Metadata = new Operator.Cluster.Objects.ObjectMeta
            {
                Name = pod,
                Namespace = "memory",
                Labels = new Dictionary<string, string> { [Names.ClusterLabel] = cluster },
                Annotations = new Dictionary<string, string> { [Names.StoreAnnotation] = store },
            },
        }));
}
