using System.Text.Json.Nodes;
using Thermocline.Contract.Configuration;
using Thermocline.Operator.Api;
using Thermocline.Operator.Crds;
using Thermocline.Operator.Tests.Api;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Crds;

public sealed class DefinitionTests
{
    private const string Remedy = "Run: dotnet run --project operator/Crds";

    private static readonly JsonObject Schema = Definition.Schema(typeof(MemoryCluster));

    [Fact]
    public void The_shipped_definition_is_not_stale() =>
        Assert.True(Definition.Yaml(typeof(MemoryCluster)) == Text("crds", Definition.FileNameOf(typeof(MemoryCluster))), Remedy);

    [Fact]
    public void The_definition_in_the_chart_is_not_stale() =>
        Assert.True(Definition.ChartTemplate(typeof(MemoryCluster)) == Text("charts", "thermocline", "templates", "crds.yaml"), Remedy);

    [Fact]
    public void The_documented_fields_are_not_stale()
    {
        string document = Text(FieldTable.Document.Split('/'));
        Assert.True(FieldTable.PutInto(document, typeof(MemoryCluster)) == document, Remedy);
    }

    [Fact]
    public void The_first_resource_of_the_document_is_the_valid_sample() =>
        Assert.Contains(ClusterFile.Read("valid", "first").Text, Text("docs", "MEMORYCLUSTER.md"), StringComparison.Ordinal);

    [Fact]
    public void The_yaml_says_what_the_definition_says() =>
        Assert.True(JsonNode.DeepEquals(Definition.Json(typeof(MemoryCluster)), YamlJson.Of(Definition.Yaml(typeof(MemoryCluster)))));

    [Fact]
    public void The_operator_carries_the_shipped_definition()
    {
        using Stream resource = typeof(MemoryCluster).Assembly.GetManifestResourceStream(
            "crds/" + Definition.FileNameOf(typeof(MemoryCluster)))!;
        using StreamReader reader = new(resource);
        Assert.Equal(Definition.Yaml(typeof(MemoryCluster)), reader.ReadToEnd());
    }

    [Fact]
    public void Every_field_is_described_in_sentences()
    {
        foreach ((string path, JsonObject field) in Fields("", Schema))
        {
            string description = field["description"]?.GetValue<string>() ?? "";
            Assert.True(description.Length > 3 && description.EndsWith('.'), $"{path} is described as '{description}'");
        }
    }

    [Fact]
    public void Every_text_list_and_map_is_bounded()
    {
        foreach ((string path, JsonObject field) in Fields("", Schema))
        {
            foreach (JsonObject schema in new[] { field, field["items"] as JsonObject, field["additionalProperties"] as JsonObject }.OfType<JsonObject>())
                Assert.True(IsBounded(schema), $"{path} has no bound");
        }

        static bool IsBounded(JsonObject schema) => schema["type"]!.GetValue<string>() switch
        {
            "string" => schema["maxLength"] is not null || schema["enum"] is not null || schema["format"] is not null,
            "array" => schema["maxItems"] is not null,
            _ => schema["additionalProperties"] is null || schema["maxProperties"] is not null,
        };
    }

    [Fact]
    public void Nothing_that_is_observed_has_a_default() =>
        Assert.All(Fields("", Schema["properties"]!["status"]!.AsObject()), field => Assert.Null(field.Field["default"]));

    [Fact]
    public void Words_are_those_of_the_sidecar()
    {
        Assert.Equal(Enum.GetNames<CompressionLevel>(), Words("compression", "level"));
        Assert.Equal(Enum.GetNames<AcknowledgePolicy>(), Words("durability", "policy"));
        Assert.Equal(Enum.GetNames<EventEngine>(), Words("events", "engine"));
        Assert.Equal(
            EventsConfiguration.KindNames, Spec("events")["properties"]!["publish"]!["items"]!["enum"]!.AsArray().Select(word => $"{word}"));
        Assert.Equal(
            CompressionConfiguration.StageNames, Spec("compression")["properties"]!["stages"]!["items"]!["enum"]!.AsArray().Select(word => $"{word}"));

        static IEnumerable<string> Words(string section, string field) =>
            Spec(section)["properties"]![field]!["enum"]!.AsArray().Select(word => word!.GetValue<string>());
    }

    [Fact]
    public void The_columns_are_those_people_look_for()
    {
        JsonArray columns = Definition.Json(typeof(MemoryCluster))["spec"]!["versions"]![0]!["additionalPrinterColumns"]!.AsArray();
        Assert.Equal(
            ["Ready", "Attached", "Hot", "Warm", "Cold", "Ratio", "Pressure", "Age"], columns.Select(column => $"{column!["name"]}"));
    }

    private static JsonObject Spec(string section) => Schema["properties"]!["spec"]!["properties"]![section]!.AsObject();

    private static string Text(params string[] path) => File.ReadAllText(Path.Combine([RepositoryRoot.Find()!, .. path]));

    private static IEnumerable<(string Path, JsonObject Field)> Fields(string path, JsonObject section)
    {
        foreach ((string name, JsonNode? node) in section["properties"]?.AsObject() ?? [])
        {
            JsonObject field = node!.AsObject();
            string own = $"{path}.{name}";
            if (own is ".apiVersion" or ".kind" or ".metadata")
                continue;
            yield return (own, field);
            foreach ((string, JsonObject) inner in Fields(own, field["items"] as JsonObject ?? field))
                yield return inner;
        }
    }
}
