using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Thermocline.Operator.Cluster.Objects;

/// <summary>Takes the metadata out of an object and leaves the rest as it came; generated code cannot write such a rest.</summary>
internal sealed class AnyObjectConverter : JsonConverter<AnyObject>
{
    public override AnyObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonNode? node = JsonNode.Parse(ref reader);
        try
        {
            if (node is not JsonObject fields)
                throw new JsonException("It is not an object.");
            ObjectMeta? metadata = fields["metadata"]?.Deserialize(ClusterJson.Default.ObjectMeta);
            var read = new AnyObject
            {
                ApiVersion = (string?)fields["apiVersion"],
                Kind = (string?)fields["kind"],
                Metadata = metadata ?? new ObjectMeta(),
                Fields = fields,
            };
            fields.Remove("apiVersion");
            fields.Remove("kind");
            fields.Remove("metadata");
            return read;
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            // A name that stands twice, or a word that is none.
            throw new JsonException(failure.Message, failure);
        }
    }

    public override void Write(Utf8JsonWriter writer, AnyObject value, JsonSerializerOptions options)
    {
        var whole = new JsonObject
        {
            ["apiVersion"] = value.ApiVersion,
            ["kind"] = value.Kind,
            ["metadata"] = JsonSerializer.SerializeToNode(value.Metadata, ClusterJson.Default.ObjectMeta),
        };
        foreach ((string name, JsonNode? field) in value.Fields ?? [])
            whole[name] = field?.DeepClone();
        whole.WriteTo(writer);
    }
}
