using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Crds;
using Thermocline.Operator.Tests.Api;
using Thermocline.Testing.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster;

/// <summary>The shipped definition, on a real API server.</summary>
public sealed class MemoryClusterTests(DefinedServer server) : IClassFixture<DefinedServer>
{
    // Nothing is written there: what is only asked, with a dry run, cannot meet what another test wrote.
    private const string Untouched = "default";

    public static TheoryData<string> Invalid => [.. ClusterFile.Names("invalid")];

    public static TheoryData<string> Valid => [.. ClusterFile.Names("valid")];

    public static TheoryData<string> Changed => [.. ClusterFile.Names("changes")];

    [Theory]
    [MemberData(nameof(Invalid))]
    public async Task An_invalid_spec_is_refused_with_the_path_of_every_mistake(string name)
    {
        ClusterFile file = ClusterFile.Read("invalid", name);
        KubectlAnswer answer = await Ask(file.Text);
        AssertRefused(file, answer);
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public async Task A_valid_spec_is_accepted_and_gets_the_defaults_of_the_records(string name)
    {
        ClusterFile file = ClusterFile.Read("valid", name);
        KubectlAnswer answer = await Ask(file.Text);
        Assert.True(answer.Code == 0, answer.ToString());
        JsonNode stored = JsonNode.Parse(answer.Output)!["spec"]!;
        JsonNode expected = JsonSerializer.SerializeToNode(ClusterFile.Parse(file.Text), MemoryClusterJson.Default.MemoryCluster)!["spec"]!;
        Assert.True(JsonNode.DeepEquals(expected, stored), $"expected {expected}\nstored {stored}");
    }

    [Theory]
    [MemberData(nameof(Changed))]
    public async Task A_change_is_refused_where_data_already_lies(string name)
    {
        ClusterFile file = ClusterFile.Read("changes", name);
        await Succeed(file.Documents[0], "create", "-f", "-");
        KubectlAnswer answer = await Run(file.Documents[1], "replace", "-f", "-");
        if (file.Refused.Count == 0)
            Assert.True(answer.Code == 0, answer.ToString());
        else
            AssertRefused(file, answer);
    }

    [Fact]
    public async Task An_unknown_field_is_refused_under_strict_validation()
    {
        string text = ClusterFile.Read("valid", "least").Text + "  budgets: {limit: 1Gi}\n  tiers: {hot: {maxSize: 1Gi}}\n";
        KubectlAnswer answer = await Ask(text);
        Assert.NotEqual(0, answer.Code);
        Assert.Contains("unknown field \"spec.budgets\"", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("unknown field \"spec.tiers.hot.maxSize\"", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubectl_explains_every_field_of_the_budget()
    {
        KubectlAnswer answer = await Succeed("", "explain", "mc.spec.budget");
        TestContext.Current.TestOutputHelper?.WriteLine(answer.Output);
        string flat = string.Join(' ', answer.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        JsonObject budget = Definition.Schema(typeof(MemoryCluster))["properties"]!["spec"]!["properties"]!["budget"]!.AsObject();
        Assert.Contains(budget["description"]!.GetValue<string>(), flat, StringComparison.Ordinal);
        foreach ((string name, JsonNode? field) in budget["properties"]!.AsObject())
        {
            Assert.Contains($" {name} <", flat, StringComparison.Ordinal);
            Assert.Contains(field!["description"]!.GetValue<string>(), flat, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Kubectl_shows_the_columns()
    {
        await Succeed(ClusterFile.Read("valid", "least").Text, "create", "-f", "-");
        await Succeed("", "patch", "mc", "least", "--subresource=status", "--type=merge", "-p",
            """
            {"status": {"observedGeneration": 1, "attached": 5, "desired": 5, "compressionRatio": "3.1", "pressure": "ok",
              "tiers": {"hotBytes": 123731968, "hot": "118Mi", "warm": "2Gi", "cold": "40Gi"},
              "sidecars": [{"revision": "7", "count": 5}], "missing": [{"pod": "a-1", "reason": "WebhookMissed"}],
              "conditions": [{"type": "Ready", "status": "True", "reason": "AllAttached", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}
            """);
        KubectlAnswer answer = await Succeed("", "get", "mc", "least");
        TestContext.Current.TestOutputHelper?.WriteLine(answer.Output);
        string[][] rows = [.. answer.Output.TrimEnd().Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(["NAME", "READY", "ATTACHED", "HOT", "WARM", "COLD", "RATIO", "PRESSURE", "AGE"], rows[0]);
        Assert.Equal(["least", "True", "5", "118Mi", "2Gi", "40Gi", "3.1", "ok"], rows[1][..^1]);
    }

    [Fact]
    public async Task Applying_the_same_again_changes_nothing()
    {
        string text = ClusterFile.Read("valid", "first").Text;
        await Succeed(text, "apply", "--server-side", "-f", "-");
        KubectlAnswer difference = await Run(text, "diff", "--server-side", "-f", "-");
        Assert.True(difference.Code == 0, difference.ToString());
    }

    private static void AssertRefused(ClusterFile file, KubectlAnswer answer)
    {
        Assert.True(answer.Code != 0, $"{file.Name} was accepted");
        IEnumerable<(string Path, string? Message)> expected = file.Unreadable is { } path ? [(path, null)] : file.Refused;
        foreach ((string wanted, string? message) in expected)
        {
            Assert.True(
                answer.Errors.Split('\n').Any(line => Says(line, wanted, message)),
                $"{file.Name}: no line says '{wanted}: {message}':\n{answer.Errors}");
        }
    }

    // One mistake stands in the first line, several in a list. A rule of the whole object names its field in its words.
    private static bool Says(string line, string path, string? message) => path.StartsWith("metadata.", StringComparison.Ordinal)
        ? line.EndsWith($"{path} {message}", StringComparison.Ordinal)
        : (line.StartsWith($"* {path}: ", StringComparison.Ordinal) || line.Contains($"is invalid: {path}: ", StringComparison.Ordinal))
            && (message is null || line.EndsWith(": " + message, StringComparison.Ordinal));

    private async Task<KubectlAnswer> Succeed(string input, params string[] arguments)
    {
        KubectlAnswer answer = await Run(input, arguments);
        Assert.True(answer.Code == 0, $"kubectl {string.Join(' ', arguments)}: {answer}");
        return answer;
    }

    private Task<KubectlAnswer> Run(string input, params string[] arguments) =>
        In(server.Namespace, input, arguments);

    private Task<KubectlAnswer> Ask(string resource) =>
        In(Untouched, resource, "create", "--dry-run=server", "--validate=strict", "-o", "json", "-f", "-");

    private async Task<KubectlAnswer> In(string place, string input, params string[] arguments) => await (await server.UseAsync()).KubectlAsync(
        ["-n", place, .. arguments], input, TestContext.Current.CancellationToken);
}
