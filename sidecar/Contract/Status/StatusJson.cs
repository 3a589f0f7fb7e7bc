using System.Text.Json.Serialization;

namespace Thermocline.Contract.Status;

/// <summary>The JSON shape of <see cref="SidecarStatus"/> and <see cref="OptimizeReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SidecarStatus))]
[JsonSerializable(typeof(OptimizeReport))]
public sealed partial class StatusJson : JsonSerializerContext;
