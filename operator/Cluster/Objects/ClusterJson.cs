using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Thermocline.Operator.Cluster.Objects;

/// <summary>How the wire's own types are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AnyObject))]
[JsonSerializable(typeof(PartialObject))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ClusterJson : JsonSerializerContext;
