using System.Text.Json.Serialization;

namespace Thermocline.Contract.Status;

/// <summary>The JSON shape of <see cref="SidecarStatus"/> and the reports beside it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SidecarStatus))]
[JsonSerializable(typeof(OptimizeReport))]
[JsonSerializable(typeof(DrainReport))]
[JsonSerializable(typeof(PressureReport))]
[JsonSerializable(typeof(PressureAction))]
public sealed partial class StatusJson : JsonSerializerContext;
