using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Thermocline.Operator.Admission;
using Thermocline.Operator.Admission.Injecting;
using Thermocline.Operator.Admission.Reviewing;
using Thermocline.Operator.Api;
using Thermocline.Operator.Tests.Admission.Injecting;
using Thermocline.Operator.Tests.Api;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Admission;

public sealed class WebhookTests
{
    private const string Pods = WebhookObjects.PodsPath;

    private readonly List<MemoryCluster> _clusters = [ClusterFile.Parse(Agents)];
    private readonly List<string> _held = [];

    private const string Agents =
        """
        metadata: {name: agents, namespace: memory}
        spec:
          selector: {matchLabels: {memory: agents}}
          tiers: {cold: {s3: {bucket: memories}}}
        """;

    public static TheoryData<string> Invalid => [.. ClusterFile.Names("invalid")];

    public static TheoryData<string> Changed => [.. ClusterFile.Names("changes")];

    [Fact]
    public void Pods_get_a_sidecar_each_with_a_store_of_its_own()
    {
        Webhook webhook = Webhook();
        _held.AddRange(["0", "2"]);
        string[] stores = [.. Enumerable.Range(0, 3).Select(_ => Store(Ask(webhook, Pods, Question.Of("Pod", Pod))))];
        Assert.Equal(["1", "3", "4"], stores);
        Assert.Equal(3, webhook.Counts.Of(Pods, ReviewOutcome.Injected));
    }

    [Fact]
    public void A_second_question_about_the_same_pod_changes_nothing_and_takes_no_number()
    {
        Webhook webhook = Webhook();
        JsonNode first = Ask(webhook, Pods, Question.Of("Pod", Pod));
        JsonObject injected = JsonPatches.Apply(Pod, Question.Patch(first));
        JsonNode second = Ask(webhook, Pods, Question.Of("Pod", injected));
        Assert.True((bool)second["allowed"]!);
        Assert.Null(second["patch"]);
        Assert.Equal("1", Store(Ask(webhook, Pods, Question.Of("Pod", Pod))));
    }

    [Fact]
    public void A_copy_of_a_live_pod_gets_another_store()
    {
        Webhook webhook = Webhook();
        JsonObject injected = JsonPatches.Apply(Pod, Question.Patch(Ask(webhook, Pods, Question.Of("Pod", Pod))));
        _held.Add("0");
        JsonObject copy = JsonPatches.Apply(injected, Question.Patch(Ask(webhook, Pods, Question.Of("Pod", injected))));
        Assert.Equal("1", (string?)copy["metadata"]!["annotations"]![Names.StoreAnnotation]);
        Assert.Contains("memory/agents/1/", copy["spec"]!["initContainers"]![0]!["env"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_takes_no_number()
    {
        Webhook webhook = Webhook();
        Assert.Equal("0", Store(Ask(webhook, Pods, Question.Of("Pod", Pod, dryRun: true))));
        Assert.Equal("0", Store(Ask(webhook, Pods, Question.Of("Pod", Pod))));
    }

    [Fact]
    public void A_pod_nobody_selects_is_let_through_without_a_word()
    {
        JsonObject pod = Pod;
        pod["metadata"]!["labels"]!["memory"] = "other";
        JsonNode response = Ask(Webhook(), Pods, Question.Of("Pod", pod));
        Assert.True((bool)response["allowed"]!);
        Assert.Null(response["patch"]);
        Assert.Null(response["warnings"]);
    }

    [Fact]
    public void A_pod_that_two_clusters_select_is_let_through_with_both_names()
    {
        MemoryCluster other = ClusterFile.Parse(Agents);
        other.Metadata.Name = "others";
        _clusters.Add(other);
        JsonNode response = Ask(Webhook(), Pods, Question.Of("Pod", Pod));
        Assert.Null(response["patch"]);
        Assert.Contains("agents and others", Assert.Single(Question.Warnings(response)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_that_cannot_have_a_sidecar_is_let_through_with_the_reason()
    {
        JsonObject pod = Pod;
        pod["spec"]!["hostNetwork"] = true;
        Webhook webhook = Webhook();
        JsonNode response = Ask(webhook, Pods, Question.Of("Pod", pod));
        Assert.True((bool)response["allowed"]!);
        Assert.Null(response["patch"]);
        Assert.Contains("(HostNetwork)", Assert.Single(Question.Warnings(response)), StringComparison.Ordinal);
        Assert.Equal(1, webhook.Counts.Of(Pods, ReviewOutcome.LeftAlone));
    }

    [Fact]
    public void A_cluster_that_was_stored_with_a_mistake_injects_nothing()
    {
        _clusters[0].Spec.Budget.Limit = "much";
        JsonNode response = Ask(Webhook(), Pods, Question.Of("Pod", Pod));
        Assert.Null(response["patch"]);
        Assert.Contains("spec.budget.limit", Assert.Single(Question.Warnings(response)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE")]
    [InlineData("DELETE")]
    [InlineData("CONNECT")]
    public void Only_new_pods_are_changed(string operation) =>
        Assert.Null(Ask(Webhook(), Pods, Question.Of("Pod", Pod, operation))["patch"]);

    [Fact]
    public void A_failure_of_ours_lets_everything_through_and_is_counted()
    {
        Webhook failing = new(
            new WebhookSources(_ => throw new InvalidOperationException("broken"), _ => []), Settings, new ManualTime(), NullLogger.Instance);
        foreach ((string path, string kind) in new[] { (Pods, "Pod"), (WebhookObjects.DefaultPath, "MemoryCluster"), (WebhookObjects.ValidatePath, "MemoryCluster") })
        {
            JsonNode response = Ask(failing, path, Question.Of(kind, new JsonObject()));
            Assert.True((bool)response["allowed"]!);
            Assert.Null(response["patch"]);
            Assert.Contains("the operator failed", Assert.Single(Question.Warnings(response)), StringComparison.Ordinal);
            Assert.Equal(1, failing.Counts.Of(path, ReviewOutcome.Failed));
        }
    }

    [Fact]
    public void Before_the_clusters_are_known_everything_is_let_through()
    {
        Webhook early = new(new WebhookSources(_ => null, _ => []), Settings, new ManualTime(), NullLogger.Instance);
        JsonNode response = Ask(early, Pods, Question.Of("Pod", Pod));
        Assert.True((bool)response["allowed"]!);
        Assert.Single(Question.Warnings(response));
        Assert.Equal(1, early.Counts.Of(Pods, ReviewOutcome.Failed));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview", "request": {}}""")]
    [InlineData("""{"apiVersion": "admission.k8s.io/v1", "kind": "Pod"}""")]
    [InlineData("""{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}""")]
    [InlineData("""{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": ""}}""")]
    [InlineData("""{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "a", "kind": {"kind": "Pod"}}}""")]
    [InlineData("""{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "a", "kind": {"kind": "Secret"}, "operation": "CREATE"}}""")]
    [InlineData("""{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "kind": "AdmissionReview"}""")]
    public void What_is_no_question_gets_no_answer(string body)
    {
        Webhook webhook = Webhook();
        (byte[]? answer, string mistake) = webhook.Answer(Pods, Encoding.UTF8.GetBytes(body));
        Assert.Null(answer);
        Assert.NotEmpty(mistake);
        Assert.Equal(1, webhook.Counts.Of(Pods, ReviewOutcome.Malformed));
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_cluster_is_refused_with_every_mistake(string name)
    {
        ClusterFile file = ClusterFile.Read("invalid", name);
        JsonNode response = Ask(Webhook(), WebhookObjects.ValidatePath, Question.Of("MemoryCluster", YamlJson.Of(file.Text)));
        AssertRefused(response, file.Unreadable is { } path ? [path] : [.. file.Refused.Select(static each => each.Path)]);
    }

    [Theory]
    [MemberData(nameof(Changed))]
    public void Of_a_change_what_cannot_be_changed_is_refused(string name)
    {
        ClusterFile file = ClusterFile.Read("changes", name);
        byte[] question = Question.Of("MemoryCluster", YamlJson.Of(file.Documents[1]), "UPDATE", YamlJson.Of(file.Documents[0]));
        JsonNode response = Ask(Webhook(), WebhookObjects.ValidatePath, question);
        if (file.Refused.Count == 0)
            Assert.True((bool)response["allowed"]!);
        else
            AssertRefused(response, [.. file.Refused.Select(static each => each.Path)]);
    }

    [Fact]
    public void A_cluster_with_an_old_mistake_can_be_annotated_and_can_go()
    {
        JsonNode stored = YamlJson.Of(ClusterFile.Read("invalid", "shares-partly-given").Text);
        JsonNode annotated = stored.DeepClone();
        annotated["metadata"]!["annotations"] = new JsonObject { [MemoryCluster.PausedAnnotation] = "true" };
        Assert.True((bool)Ask(Webhook(), WebhookObjects.ValidatePath, Question.Of("MemoryCluster", annotated, "UPDATE", stored))["allowed"]!);
        annotated["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
        annotated["spec"]!["image"] = "a b";
        Assert.True((bool)Ask(Webhook(), WebhookObjects.ValidatePath, Question.Of("MemoryCluster", annotated, "UPDATE", stored))["allowed"]!);
    }

    [Fact]
    public void An_overlap_of_selectors_only_warns()
    {
        JsonNode other = YamlJson.Of(Agents);
        other["metadata"]!["name"] = "others";
        JsonNode response = Ask(Webhook(), WebhookObjects.ValidatePath, Question.Of("MemoryCluster", other));
        Assert.True((bool)response["allowed"]!);
        string warning = Assert.Single(Question.Warnings(response));
        Assert.Contains("memory=agents", warning, StringComparison.Ordinal);
        Assert.Contains("MemoryCluster agents", warning, StringComparison.Ordinal);
        Assert.Empty(Question.Warnings(Ask(Webhook(), WebhookObjects.ValidatePath, Question.Of("MemoryCluster", YamlJson.Of(Agents)))));
    }

    [Fact]
    public void The_state_store_is_called_after_its_cluster()
    {
        JsonNode cluster = YamlJson.Of(Agents);
        JsonArray patch = Question.Patch(Ask(Webhook(), WebhookObjects.DefaultPath, Question.Of("MemoryCluster", cluster)));
        JsonObject after = JsonPatches.Apply(cluster.AsObject(), patch);
        Assert.Equal("agents", (string?)after["spec"]!["dapr"]!["stateStoreName"]);
        Assert.Null(Ask(Webhook(), WebhookObjects.DefaultPath, Question.Of("MemoryCluster", after))["patch"]);
        cluster["spec"]!["dapr"] = new JsonObject { ["enabled"] = false };
        Assert.Null(Ask(Webhook(), WebhookObjects.DefaultPath, Question.Of("MemoryCluster", cluster))["patch"]);
    }

    private static InjectionSettings Settings => new("thermocline-system", InjectionCase.Image);

    private static JsonObject Pod => JsonNode.Parse(
        """{"metadata": {"labels": {"memory": "agents"}}, "spec": {"containers": [{"name": "app", "image": "app:1"}]}}""")!.AsObject();

    private Webhook Webhook() => new(new WebhookSources(_ => _clusters, _ => [.. _held]), Settings, new ManualTime(), NullLogger.Instance);

    private static JsonNode Ask(Webhook webhook, string path, byte[] question)
    {
        (byte[]? body, string mistake) = webhook.Answer(path, question);
        Assert.True(body is not null, mistake);
        JsonNode response = Question.Response(body);
        Assert.Equal("0-1-2", (string?)response["uid"]);
        return response;
    }

    private static string Store(JsonNode response) => (string)JsonPatches.Apply(Pod, Question.Patch(response))
        ["metadata"]!["annotations"]![Names.StoreAnnotation]!;

    private static void AssertRefused(JsonNode response, string[] paths)
    {
        Assert.False((bool)response["allowed"]!);
        Assert.Equal(422, (int)response["status"]!["code"]!);
        string[] named = [.. PodJson.Objects(response["status"]!["details"]!["causes"]).Select(static each => (string)each["field"]!)];
        Assert.Equal(paths.Order(), named.Order());
        foreach (string path in paths)
            Assert.Contains(path, (string)response["status"]!["message"]!, StringComparison.Ordinal);
    }
}
