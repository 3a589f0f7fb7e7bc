using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Selecting;
using Xunit;

namespace Thermocline.Operator.Tests.Api.Selecting;

public sealed class SelectionTests
{
    private const string Own = "thermocline-system";

    [Theory]
    [InlineData("{matchLabels: {app: a}}", "app=a", true)]
    [InlineData("{matchLabels: {app: a}}", "app=b", false)]
    [InlineData("{matchLabels: {app: a, tier: x}}", "app=a", false)]
    [InlineData("{matchLabels: {app: a, tier: x}}", "app=a,tier=x", true)]
    [InlineData("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "app=b", true)]
    [InlineData("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "", false)]
    [InlineData("{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}", "app=a", false)]
    [InlineData("{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}", "", true)]
    [InlineData("{matchExpressions: [{key: app, operator: Exists}]}", "app=a", true)]
    [InlineData("{matchExpressions: [{key: app, operator: Exists}]}", "", false)]
    [InlineData("{matchExpressions: [{key: app, operator: DoesNotExist}]}", "app=a", false)]
    [InlineData("{matchExpressions: [{key: app, operator: DoesNotExist}]}", "", true)]
    [InlineData("{matchExpressions: [{key: app, operator: Near}]}", "app=a", false)]
    [InlineData("{matchLabels: {app: a}, matchExpressions: [{key: tier, operator: Exists}]}", "app=a", false)]
    [InlineData("{}", "app=a", false)]
    public void Labels_fit_a_selector_as_they_do_in_Kubernetes(string selector, string labels, bool fits) =>
        Assert.Equal(fits, Selectors.Matches(Cluster("a", selector).Spec.Selector, Labels(labels)));

    [Fact]
    public void A_pod_that_one_cluster_selects_is_its_own()
    {
        Selection selection = Of("app=a", [Cluster("one", "{matchLabels: {app: a}}"), Cluster("two", "{matchLabels: {app: b}}")]);
        Assert.Equal(SelectionOutcome.Selected, selection.Outcome);
        Assert.Equal("one", selection.Cluster!.Metadata.Name);
    }

    [Fact]
    public void A_pod_that_two_clusters_select_gets_none_and_both_are_named()
    {
        Selection selection = Of("app=a", [Cluster("two", "{matchLabels: {app: a}}"), Cluster("one", "{matchLabels: {app: a}}")]);
        Assert.Equal(SelectionOutcome.SelectedTwice, selection.Outcome);
        Assert.Null(selection.Cluster);
        Assert.Contains("one and two", selection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_that_is_being_deleted_takes_no_pods()
    {
        MemoryCluster going = Cluster("going", "{matchLabels: {app: a}}");
        going.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;
        Assert.Equal("one", Of("app=a", [going, Cluster("one", "{matchLabels: {app: a}}")]).Cluster!.Metadata.Name);
        Assert.Equal(SelectionOutcome.NotSelected, Of("app=a", [going]).Outcome);
    }

    [Fact]
    public void A_cluster_of_another_namespace_takes_nothing_here()
    {
        MemoryCluster other = Cluster("other", "{matchLabels: {app: a}}");
        other.Metadata.Namespace = "elsewhere";
        Assert.Equal(SelectionOutcome.NotSelected, Of("app=a", [other]).Outcome);
    }

    [Fact]
    public void What_one_cluster_excludes_another_may_take()
    {
        MemoryCluster choosy = Cluster("choosy", "{matchLabels: {app: a}}");
        choosy.Spec.Attach.Excluded = Cluster("", "{matchLabels: {tier: x}}").Spec.Selector;
        Assert.Equal(SelectionOutcome.Excluded, Of("app=a,tier=x", [choosy]).Outcome);
        Assert.Equal("choosy", Of("app=a,tier=y", [choosy]).Cluster!.Metadata.Name);
        Assert.Equal("one", Of("app=a,tier=x", [choosy, Cluster("one", "{matchLabels: {app: a}}")]).Cluster!.Metadata.Name);
    }

    [Theory]
    [InlineData("false")]
    [InlineData(" False ")]
    public void A_pod_may_say_that_it_wants_none(string word)
    {
        MemoryCluster[] clusters = [Cluster("one", "{matchLabels: {app: a}}")];
        var no = new Dictionary<string, string> { [Names.AttachAnnotation] = word };
        Assert.Equal(SelectionOutcome.OptedOut, Selection.Of(new SelectedPod("memory", Labels("app=a"), no), clusters, Own).Outcome);
        Assert.Equal(
            SelectionOutcome.OptedOut,
            Selection.Of(new SelectedPod("memory", new Dictionary<string, string>(no) { ["app"] = "a" }, null), clusters, Own).Outcome);
    }

    [Theory]
    [InlineData("kube-system")]
    [InlineData("kube-public")]
    [InlineData("kube-node-lease")]
    [InlineData(Own)]
    public void Some_namespaces_get_none(string space)
    {
        MemoryCluster one = Cluster("one", "{matchLabels: {app: a}}");
        one.Metadata.Namespace = space;
        Assert.Equal(
            SelectionOutcome.NamespaceExcluded, Selection.Of(new SelectedPod(space, Labels("app=a"), null), [one], Own).Outcome);
    }

    [Theory]
    [InlineData("{matchLabels: {app: a}}", "{matchLabels: {app: a}}", "app=a")]
    [InlineData("{matchLabels: {app: a}}", "{matchLabels: {app: b}}", null)]
    [InlineData("{matchLabels: {app: a}}", "{matchLabels: {tier: x}}", "app=a,tier=x")]
    [InlineData("{matchLabels: {app: a}}", "{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}", null)]
    [InlineData("{matchLabels: {app: a}}", "{matchExpressions: [{key: app, operator: Exists}]}", "app=a")]
    [InlineData("{matchLabels: {app: a}}", "{matchExpressions: [{key: app, operator: DoesNotExist}]}", null)]
    [InlineData(
        "{matchExpressions: [{key: app, operator: In, values: [a, b]}]}",
        "{matchExpressions: [{key: app, operator: In, values: [b, c]}]}", "app=b")]
    [InlineData(
        "{matchExpressions: [{key: app, operator: Exists}]}",
        "{matchExpressions: [{key: app, operator: NotIn, values: [value-0]}]}", "app=value-1")]
    public void Two_selectors_overlap_when_a_pod_can_fit_both(string one, string other, string? example)
    {
        IReadOnlyDictionary<string, string>? found = SelectorOverlap.ExampleOf(Cluster("one", one), Cluster("other", other));
        Assert.Equal(example, found is null ? null : string.Join(',', found.Select(static each => $"{each.Key}={each.Value}")));
    }

    private static Selection Of(string labels, MemoryCluster[] clusters) =>
        Selection.Of(new SelectedPod("memory", Labels(labels), null), clusters, Own);

    private static Dictionary<string, string> Labels(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static each => each.Split('='))
            .ToDictionary(static each => each[0], static each => each[1]);

    private static MemoryCluster Cluster(string name, string selector) =>
        ClusterFile.Parse($"metadata: {{name: \"{name}\", namespace: memory}}\nspec: {{selector: {selector}}}\n");
}
