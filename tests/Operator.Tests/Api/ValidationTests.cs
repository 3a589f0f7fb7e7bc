using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Checking;
using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Crds;
using Xunit;

namespace Thermocline.Operator.Tests.Api;

public sealed class ValidationTests
{
    public static TheoryData<string> Invalid => [.. ClusterFile.Names("invalid")];

    public static TheoryData<string> Valid => [.. ClusterFile.Names("valid")];

    public static TheoryData<string> Changed => [.. ClusterFile.Names("changes")];

    [Fact]
    public void There_are_enough_invalid_specs() => Assert.True(ClusterFile.Names("invalid").Count() >= 30);

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_spec_is_answered_with_every_mistake_and_nothing_else(string name)
    {
        ClusterFile file = ClusterFile.Read("invalid", name);
        if (file.Unreadable is { } path)
        {
            JsonException unreadable = Assert.Throws<JsonException>(() => ClusterFile.Parse(file.Text));
            Assert.Equal("$." + path, unreadable.Path);
            return;
        }

        AssertMistakes(file, Validation.Of(ClusterFile.Parse(file.Text)));
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_spec_has_no_mistakes(string name) =>
        Assert.Empty(Validation.Of(ClusterFile.Parse(ClusterFile.Read("valid", name).Text)));

    [Theory]
    [MemberData(nameof(Changed))]
    public void A_change_is_answered_with_what_cannot_be_changed(string name)
    {
        ClusterFile file = ClusterFile.Read("changes", name);
        MemoryCluster before = ClusterFile.Parse(file.Documents[0]);
        MemoryCluster after = ClusterFile.Parse(file.Documents[1]);
        Assert.Empty(Validation.Of(before));
        AssertMistakes(file, Validation.Of(after, before));
    }

    [Fact]
    public void An_absent_field_reads_as_its_default()
    {
        MemoryClusterSpec spec = ClusterFile.Parse(ClusterFile.Read("valid", "least").Text).Spec;
        MemoryClusterSpec standard = new();
        Assert.Equal(standard.Budget, spec.Budget);
        Assert.Equal(standard.Tiers, spec.Tiers);
        Assert.Equal(standard.Compression.Stages, spec.Compression.Stages);
        Assert.Equal(standard.Dapr, spec.Dapr);
    }

    [Fact]
    public void A_section_that_is_partly_given_keeps_the_other_defaults()
    {
        MemoryClusterSpec spec = ClusterFile.Parse("spec: {budget: {highWatermark: 60}, tiers: {warm: {size: 1Gi}}}").Spec;
        Assert.Equal(new BudgetSpec { HighWatermark = 60 }, spec.Budget);
        Assert.Equal("1Gi", spec.Tiers.Warm.Size);
        Assert.Equal(0.3, spec.Tiers.Warm.MinStrength);
    }

    [Fact]
    public void Every_number_is_held_within_the_range_the_schema_gives_it()
    {
        JsonObject spec = Definition.Schema(typeof(MemoryCluster))["properties"]!["spec"]!.AsObject();
        int checkedFields = 0;
        foreach ((string path, JsonObject field) in Numbers("spec", spec))
        {
            Assert.True(field["minimum"] is not null && field["maximum"] is not null, $"{path} has no range");
            double min = field["minimum"]!.GetValue<long>();
            double max = field["maximum"]!.GetValue<long>();
            Assert.Contains(MistakesWith(path, min - 1), mistake => mistake.StartsWith($"{path}: must be from", StringComparison.Ordinal));
            Assert.Contains(MistakesWith(path, max + 1), mistake => mistake.StartsWith($"{path}: must be from", StringComparison.Ordinal));
            Assert.DoesNotContain(MistakesWith(path, min), mistake => mistake.StartsWith($"{path}: must be from", StringComparison.Ordinal));
            Assert.DoesNotContain(MistakesWith(path, max), mistake => mistake.StartsWith($"{path}: must be from", StringComparison.Ordinal));
            checkedFields++;
        }

        Assert.True(checkedFields > 15);
    }

    [Fact]
    public void Every_text_is_held_to_the_length_the_schema_gives_it()
    {
        JsonObject spec = Definition.Schema(typeof(MemoryCluster))["properties"]!["spec"]!.AsObject();
        foreach ((string path, JsonObject field) in Leaves("spec", spec).Where(leaf => leaf.Field["maxLength"] is not null))
        {
            int max = field["maxLength"]!.GetValue<int>();
            string start = $"{path}: must have ";
            Assert.Contains(MistakesWith(path, new string('a', max + 1)), mistake => mistake.StartsWith(start, StringComparison.Ordinal));
            Assert.DoesNotContain(MistakesWith(path, new string('a', max)), mistake => mistake.StartsWith(start, StringComparison.Ordinal));
        }
    }

    private static void AssertMistakes(ClusterFile file, IReadOnlyList<FieldMistake> mistakes)
    {
        string all = string.Join('\n', mistakes);
        Assert.True(file.Refused.Count == mistakes.Count, $"{file.Name}: {file.Refused.Count} mistakes were expected, not {mistakes.Count}:\n{all}");
        foreach ((string path, string? message) in file.Refused)
        {
            Assert.True(
                mistakes.Any(mistake => mistake.Path == path && (message is null || mistake.Message == message)),
                $"{file.Name}: nothing says '{path}: {message}':\n{all}");
        }
    }

    private static IEnumerable<(string Path, JsonObject Field)> Numbers(string path, JsonObject section) =>
        Leaves(path, section).Where(leaf => leaf.Field["type"]!.GetValue<string>() is "integer" or "number");

    private static IEnumerable<(string Path, JsonObject Field)> Leaves(string path, JsonObject section)
    {
        foreach ((string name, JsonNode? node) in section["properties"]!.AsObject())
        {
            JsonObject field = node!.AsObject();
            if (field["properties"] is null)
                yield return ($"{path}.{name}", field);
            else
                foreach ((string, JsonObject) leaf in Leaves($"{path}.{name}", field))
                    yield return leaf;
        }
    }

    private static IEnumerable<string> MistakesWith(string path, JsonNode value)
    {
        JsonNode root = YamlJson.Of(ClusterFile.Read("valid", "first").Text);
        JsonObject at = root.AsObject();
        string[] names = path.Split('.');
        foreach (string name in names[..^1])
        {
            if (at[name] is null)
                at[name] = new JsonObject();
            at = at[name]!.AsObject();
        }

        // A whole number is read by any field, a fraction by a fraction alone.
        at[names[^1]] = value.GetValueKind() == JsonValueKind.Number ? JsonValue.Create((long)value.GetValue<double>()) : value;
        return Validation.Of(ClusterFile.Parse(root)).Select(mistake => $"{mistake.Path}: {mistake.Message}");
    }
}
