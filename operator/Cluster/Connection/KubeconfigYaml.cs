using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Thermocline.Operator.Cluster.Connection;

/// <summary>
/// Reads a YAML document into mappings, lists and texts, event by event: no anchors, no duplicate keys, bounded depth. Nothing is
/// bound by reflection and no tag can name a type.
/// </summary>
internal sealed class KubeconfigYaml
{
    private const int DepthMax = 16;

    private readonly Parser _parser;

    private KubeconfigYaml(string text) => _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));

    /// <exception cref="FormatException">It is no YAML, or more of YAML than a kubeconfig needs; says where, not what stands there.</exception>
    public static JsonObject Read(string text)
    {
        try
        {
            return new KubeconfigYaml(text).Document();
        }
        catch (YamlException failure)
        {
            // The message of the parser may quote a line, and with it a secret.
            throw new FormatException($"is not YAML (line {failure.Start.Line})");
        }
    }

    private static FormatException Refuse(ParsingEvent at, string what) => new($"{what} (line {at.Start.Line})");

    private JsonObject Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
            return [];
        _parser.Consume<DocumentStart>();
        return Value(0) as JsonObject ?? throw new FormatException("is not a mapping");
    }

    private JsonNode? Value(int depth)
    {
        ParsingEvent current = _parser.Consume<ParsingEvent>();
        if (depth > DepthMax)
            throw Refuse(current, $"is nested deeper than {DepthMax} levels");
        if (current is AnchorAlias || current is NodeEvent { Anchor.IsEmpty: false })
            throw Refuse(current, "uses an anchor or alias");
        return current switch
        {
            Scalar { Style: ScalarStyle.Plain, Value: "" or "~" or "null" } => null,
            Scalar scalar => JsonValue.Create(scalar.Value),
            SequenceStart => List(depth),
            MappingStart => Mapping(depth),
            _ => throw Refuse(current, "is not a value"),
        };
    }

    private JsonArray List(int depth)
    {
        var items = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add((JsonNode?)Value(depth + 1));
        return items;
    }

    private JsonObject Mapping(int depth)
    {
        var mapping = new JsonObject();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            ParsingEvent at = _parser.Consume<ParsingEvent>();
            if (at is not Scalar { Anchor.IsEmpty: true } key)
                throw Refuse(at, "has a key that is not a word");
            if (mapping.ContainsKey(key.Value))
                throw Refuse(at, "names a key twice");
            mapping[key.Value] = Value(depth + 1);
        }

        return mapping;
    }
}
