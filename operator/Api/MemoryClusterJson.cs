using System.Text.Json.Serialization;

namespace Thermocline.Operator.Api;

/// <summary>The resource as JSON, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(MemoryCluster))]
internal sealed partial class MemoryClusterJson : JsonSerializerContext;
