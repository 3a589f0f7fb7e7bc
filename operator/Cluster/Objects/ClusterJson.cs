using System.Text.Json.Serialization;

namespace Thermocline.Operator.Cluster.Objects;

/// <summary>How the wire's own types are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AnyObject))]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(PartialObject))]
internal sealed partial class ClusterJson : JsonSerializerContext;
