using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Thermocline.Operator.Tests.Api;

/// <summary>YAML as the JSON that kubectl makes of it.</summary>
internal static class YamlJson
{
    public static JsonNode Of(string yaml) => All(yaml).Single();

    /// <summary>Every document of a file, but those that are empty.</summary>
    public static IReadOnlyList<JsonNode> All(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return [.. stream.Documents.Select(static document => Of(document.RootNode)).OfType<JsonNode>()];
    }

    private static JsonNode? Of(YamlNode node) => node switch
    {
        YamlMappingNode fields => new JsonObject(
            fields.Children.Select(field => KeyValuePair.Create(((YamlScalarNode)field.Key).Value!, Of(field.Value)))),
        YamlSequenceNode items => new JsonArray([.. items.Children.Select(Of)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text } => Plain(text),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new NotSupportedException($"{node.NodeType}"),
    };

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "null" or "~" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) => JsonValue.Create(whole),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}
