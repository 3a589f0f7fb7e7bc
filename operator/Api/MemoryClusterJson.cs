using System.Text.Json.Serialization;

namespace Thermocline.Operator.Api;

/// <summary>
/// The resource as JSON, without reflection. Its properties can be set: the reader that is generated for init-only ones gives them no
/// defaults when they are absent.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(MemoryCluster))]
internal sealed partial class MemoryClusterJson : JsonSerializerContext;
