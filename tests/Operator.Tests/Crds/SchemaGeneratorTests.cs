using System.Reflection;
using System.Text.Json.Nodes;
using Thermocline.Operator.Api.Schema;
using Thermocline.Operator.Crds;
using Xunit;

namespace Thermocline.Operator.Tests.Crds;

public sealed class SchemaGeneratorTests
{
    [Fact]
    public void A_number_has_its_format_range_and_default()
    {
        JsonObject schema = Of(nameof(Sample.Count));
        Assert.Equal(
            """{"description":"How many.","default":7,"type":"integer","format":"int32","minimum":1,"maximum":9}""", schema.ToJsonString());
    }

    [Fact]
    public void A_list_has_its_bound_the_words_of_its_items_and_its_rules()
    {
        JsonObject schema = Of(nameof(Sample.Words));
        Assert.Equal(4, schema["maxItems"]!.GetValue<int>());
        Assert.Equal("atomic", schema["x-kubernetes-list-type"]!.GetValue<string>());
        Assert.Equal("""["a"]""", schema["default"]!.ToJsonString());
        Assert.Equal("""{"type":"string","enum":["a","b"]}""", schema["items"]!.ToJsonString());
        Assert.Equal("""[{"rule":"size(self) == 1","message":"must not be empty","fieldPath":".x"}]""", schema["x-kubernetes-validations"]!.ToJsonString());
    }

    [Fact]
    public void A_section_has_its_whole_default_and_its_required_fields()
    {
        JsonObject schema = Of(nameof(Sample.Section));
        Assert.Equal("""{"name":"","age":3}""", schema["default"]!.ToJsonString());
        Assert.Equal("""["name"]""", schema["required"]!.ToJsonString());
        Assert.Null(schema["properties"]!["name"]!["default"]);
        Assert.Equal(3, schema["properties"]!["age"]!["default"]!.GetValue<long>());
    }

    [Fact]
    public void What_is_observed_has_no_defaults() =>
        Assert.Null(new SchemaGenerator(withDefaults: false).Property(Property(nameof(Sample.Count)), new Sample())["default"]);

    [Theory]
    [InlineData(nameof(Sample.Undescribed), "has no description")]
    [InlineData(nameof(Sample.Boundless), "has no bound")]
    public void A_field_without_a_description_or_a_list_without_a_bound_is_refused(string name, string why) =>
        Assert.Contains(why, Assert.Throws<InvalidOperationException>(() => Of(name)).Message, StringComparison.Ordinal);

    private static PropertyInfo Property(string name) => typeof(Sample).GetProperty(name)!;

    private static JsonObject Of(string name) => new SchemaGenerator(withDefaults: true).Property(Property(name), new Sample());

    private sealed record Sample
    {
        [RangeMinimum(1)]
        [RangeMaximum(9)]
        [Description("How many.")]
        public int Count { get; init; } = 7;

        [Items(4)]
        [EnumValues("a", "b")]
        [ValidationRule("size(self) == 1", "must not be empty", ".x")]
        [Description("Words.")]
        public IReadOnlyList<string> Words { get; init; } = ["a"];

        [Description("A section.")]
        public Inner Section { get; init; } = new();

        public int Undescribed { get; init; }

        [Description("No bound.")]
        public IReadOnlyList<string>? Boundless { get; init; }
    }

    private sealed record Inner
    {
        [Required]
        [Description("Name.")]
        public string Name { get; init; } = "";

        [Description("Age.")]
        public long Age { get; init; } = 3;
    }
}
