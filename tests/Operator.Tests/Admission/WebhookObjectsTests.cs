using System.Text.Json.Nodes;
using Thermocline.Operator.Admission;
using Thermocline.Operator.Admission.Injecting;
using Xunit;

namespace Thermocline.Operator.Tests.Admission;

public sealed class WebhookObjectsTests
{
    private static readonly WebhookPlace Place = new("thermocline-system", "thermocline-webhook");

    public static TheoryData<string> Hooks => ["pods.thermocline.dev", "defaults.thermocline.dev", "validation.thermocline.dev"];

    [Theory]
    [MemberData(nameof(Hooks))]
    public void No_webhook_can_stop_a_cluster(string name)
    {
        JsonObject hook = Hook(name);
        Assert.Equal("Ignore", (string?)hook["failurePolicy"]);
        Assert.Equal("None", (string?)hook["sideEffects"]);
        Assert.Equal(5, (int)hook["timeoutSeconds"]!);
        Assert.Null(hook["clientConfig"]!["caBundle"]);
        Assert.True(Webhook.Knows((string)hook["clientConfig"]!["service"]!["path"]!));
    }

    [Fact]
    public void The_namespaces_the_cluster_lives_in_are_never_asked_about()
    {
        string selector = Hook("pods.thermocline.dev")["namespaceSelector"]!.ToJsonString();
        foreach (string space in new[] { "kube-system", "kube-public", "kube-node-lease", "thermocline-system" })
            Assert.Contains($"\"{space}\"", selector, StringComparison.Ordinal);
    }

    [Fact]
    public void The_names_sort_behind_those_of_Dapr() =>
        Assert.True(string.CompareOrdinal("dapr-sidecar-injector", (string)WebhookObjects.Mutating(Place)["metadata"]!["name"]!) < 0);

    private static JsonObject Hook(string name) =>
        PodJson.Named(new JsonArray([.. All().Select(static each => each.DeepClone())]), name)!;

    private static IEnumerable<JsonObject> All() =>
        PodJson.Objects(WebhookObjects.Mutating(Place)["webhooks"]).Concat(PodJson.Objects(WebhookObjects.Validating(Place)["webhooks"]));
}
