using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Selecting;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Xunit;

namespace Thermocline.Operator.Tests.Observe;

public sealed class ClusterIndexTests
{
    private static readonly Dictionary<string, string> Pod = new() { ["app"] = "a", ["tier"] = "worker" };

    [Fact]
    public void A_pod_finds_the_clusters_of_its_namespace_that_select_it()
    {
        ClusterIndex index = new();
        index.Put(Cluster("both", ("app", "a"), ("tier", "worker")));
        index.Put(Cluster("app", ("app", "a")));
        index.Put(Cluster("other", ("app", "b")));
        index.Put(Cluster("more", ("app", "a"), ("zone", "x")));
        index.Put(Expressed("expressed", "tier", "Exists"));
        index.Put(Expressed("not", "tier", "DoesNotExist"));
        Assert.Equal(["app", "both", "expressed"], Names(index.Selecting("team", Pod)));
        Assert.Empty(index.Selecting("elsewhere", Pod));
    }

    [Fact]
    public void A_changed_selector_counts_from_then_on()
    {
        ClusterIndex index = new();
        index.Put(Cluster("one", ("app", "a")));
        index.Put(Cluster("one", ("app", "b")));
        Assert.Empty(index.Selecting("team", Pod));
        index.Put(Cluster("one", ("tier", "worker")));
        Assert.Equal(["one"], Names(index.Selecting("team", Pod)));
        index.Remove(new EntityKey("team", "one"));
        Assert.Empty(index.Selecting("team", Pod));
    }

    [Fact]
    public void It_agrees_with_a_look_at_every_cluster()
    {
        Random random = new(20_261_121);
        string[] keys = ["app", "tier", "zone"];
        List<MemoryCluster> all = [];
        ClusterIndex index = new();
        for (int i = 0; i < 200; i++)
        {
            MemoryCluster cluster = random.Next(4) == 0
                ? Expressed($"c{i:d3}", keys[random.Next(3)], random.Next(2) == 0 ? "Exists" : "DoesNotExist")
                : Cluster($"c{i:d3}", [.. keys.Where(_ => random.Next(2) == 0).DefaultIfEmpty("app").Select(key => (key, $"{random.Next(3)}"))]);
            all.Add(cluster);
            index.Put(cluster);
        }

        for (int i = 0; i < 200; i++)
        {
            var labels = keys.Where(_ => random.Next(3) > 0).ToDictionary(key => key, _ => $"{random.Next(3)}");
            Assert.Equal(
                Names(all.Where(each => Selectors.Matches(each.Spec.Selector, labels))), Names(index.Selecting("team", labels)));
        }
    }

    private static IEnumerable<string> Names(IEnumerable<MemoryCluster> clusters) => clusters.Select(each => each.Metadata.Name);

    private static MemoryCluster Cluster(string name, params (string Key, string Value)[] labels) =>
        Selecting(name, new LabelSelector { MatchLabels = labels.ToDictionary(each => each.Key, each => each.Value) });

    private static MemoryCluster Expressed(string name, string key, string operation) =>
        Selecting(name, new LabelSelector { MatchExpressions = [new LabelRequirement { Key = key, Operator = operation }] });

    private static MemoryCluster Selecting(string name, LabelSelector selector) => new()
    {
        Metadata = new Operator.Api.ObjectMeta { Name = name, Namespace = "team" },
        Spec = new MemoryClusterSpec { Selector = selector },
    };
}
