using System.Text.Json.Nodes;
using Thermocline.Operator.Admission.Stores;
using Xunit;

namespace Thermocline.Operator.Tests.Admission.Stores;

public sealed class StoreNumbersTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    private static readonly (string, string) Agents = ("memory", "agents");

    [Fact]
    public void The_lowest_free_number_is_given()
    {
        (string first, StoreNumbers after) = StoreNumbers.None.Next(Agents, ["0", "1", "3", "agents-0"], Now);
        (string second, _) = after.Next(Agents, ["0", "1", "3", "agents-0"], Now);
        Assert.Equal(("2", "4"), (first, second));
    }

    [Fact]
    public void Pods_that_come_at_once_get_different_numbers()
    {
        StoreNumbers numbers = StoreNumbers.None;
        HashSet<string> given = [];
        for (int pod = 0; pod < 500; pod++)
        {
            (string store, numbers) = numbers.Next(Agents, [], Now);
            Assert.True(given.Add(store));
        }

        Assert.Contains("499", given);
    }

    [Fact]
    public void A_number_whose_pod_never_came_is_free_after_two_minutes()
    {
        (_, StoreNumbers after) = StoreNumbers.None.Next(Agents, [], Now);
        Assert.Equal("1", after.Next(Agents, [], Now + StoreNumbers.GrantLife - TimeSpan.FromSeconds(1)).Store);
        (string store, StoreNumbers later) = after.Next(Agents, [], Now + StoreNumbers.GrantLife);
        Assert.Equal("0", store);
        Assert.Single(later.Grants);
    }

    [Fact]
    public void Clusters_of_one_name_in_two_namespaces_share_nothing()
    {
        (_, StoreNumbers after) = StoreNumbers.None.Next(Agents, [], Now);
        Assert.Equal("0", after.Next(("other", "agents"), [], Now).Store);
        Assert.Equal("0", after.Next(("memory", "others"), [], Now).Store);
    }

    [Fact]
    public void What_is_remembered_is_bounded()
    {
        StoreNumbers full = new([.. Enumerable.Range(0, 25_000).Select(static each => new StoreGrant("n", "c", $"{each}", Now))]);
        Assert.Equal(20_000, full.Next(Agents, [], Now).After.Grants.Count);
    }

    [Theory]
    [InlineData("""{"metadata": {"name": "agents-2", "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "controller": true}]}}""", "agents-2")]
    [InlineData("""{"metadata": {"name": "agents-2", "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet"}]}}""", null)]
    [InlineData("""{"metadata": {"name": "agents-2", "ownerReferences": [{"apiVersion": "other/v1", "kind": "StatefulSet", "controller": true}]}}""", null)]
    [InlineData("""{"metadata": {"name": "agents-2", "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "controller": true}]}}""", null)]
    [InlineData("""{"metadata": {"annotations": {"thermocline.dev/store": "5"}}}""", null)]
    [InlineData("""{}""", null)]
    public void A_pod_of_a_stateful_set_has_the_store_of_its_name(string pod, string? store) =>
        Assert.Equal(store, StoreIdentity.Of(JsonNode.Parse(pod)!.AsObject(), []));

    [Theory]
    [InlineData("5", "5")]
    [InlineData("3", null)]
    [InlineData("../other", null)]
    [InlineData("", null)]
    [InlineData("12345678901", null)]
    public void A_pod_that_is_asked_about_again_keeps_its_number_unless_a_live_pod_holds_it(string written, string? store)
    {
        JsonObject pod = JsonNode.Parse(
            """
            {"metadata": {"annotations": {"thermocline.dev/injection": "x"}},
             "spec": {"initContainers": [{"name": "thermocline"}]}}
            """)!.AsObject();
        pod["metadata"]!["annotations"]!["thermocline.dev/store"] = written;
        Assert.Equal(store, StoreIdentity.Of(pod, ["3"]));
    }
}
