using System.Text.Json.Serialization;

namespace Thermocline.Contract.Status;

/// <summary>The JSON shape of <see cref="SidecarStatus"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SidecarStatus))]
public sealed partial class StatusJson : JsonSerializerContext;
